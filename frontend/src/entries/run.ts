// The run page.
import "../run/run.css";
import { startRunPage } from "../run/page";

startRunPage();
