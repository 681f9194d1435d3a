// On every page: the styles and the theme toggle.
import "../styles/index.css";
import { connectThemeToggle } from "../lib/theme";

connectThemeToggle();
