// The seed form: an editor over the textarea, a preview beside it, and the start of a run.
import "../player/player";
import { SeedForm } from "../editor/seed-form";

const form = document.querySelector<HTMLFormElement>("[data-preview-form]");
if (form) new SeedForm(form).connect();
