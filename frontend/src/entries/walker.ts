// A walker's page, its embedded form, and the page of a submission.
import { connectCopyButtons } from "../lib/copy";
import { keepPlayerInAddress } from "../player/address";
import "../player/player";

connectCopyButtons();
const player = document.querySelector<HTMLElement>("[data-main-player]");
if (player) keepPlayerInAddress(player); // before it reads its attributes
