// On every page: the styles, the theme and the switch that stops what moves by itself.
import "../styles/index.css";
import { connectMotionToggle } from "../lib/moving";
import { connectThemeToggle } from "../lib/theme";

connectThemeToggle();
connectMotionToggle();
