// The run page.
import "../run/run.css";
import "../run/makers.css";
import { startRunPage } from "../run/page";

startRunPage();
