// Files that somebody drops on a page.

export const isPicture = (file) => file.type.startsWith("image/") || /\.(heic|heif)$/i.test(file.name);

const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");

/** Show `veil` while files are dragged over the page, and `take` them when they are dropped. */
export function takeDropped(veil, take) {
  let dragged = 0;
  addEventListener("dragenter", (event) => {
    if (carriesFiles(event)) veil.hidden = ++dragged === 0;
  });
  addEventListener("dragleave", (event) => {
    if (carriesFiles(event)) veil.hidden = --dragged <= 0;
  });
  addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    dragged = 0;
    veil.hidden = true;
    if (!carriesFiles(event)) return;
    event.preventDefault();
    take(event.dataTransfer.files);
  });
}
