// [data-copy="text"]: shown only where the browser can copy.
import { onEach } from "./on.js";
import { toast } from "./toasts.js";

onEach("[data-copy]", (button) => {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      toast("Copied.");
    } catch {
      toast("The browser did not allow copying. Select the text and copy it yourself.", "attention");
    }
  });
});
