// The lineage page.
import "../run/run.css";
import "../lineage/lineage.css";
import { startLineagePage } from "../lineage/page";

startLineagePage();
