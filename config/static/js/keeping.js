// Keeping what is shown once: into a file of one's own, or onto paper.
for (const button of document.querySelectorAll("[data-download]")) {
  button.addEventListener("click", () => {
    const lines = [...document.querySelectorAll(`${button.dataset.download} li`)].map((line) => line.textContent.trim());
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([`${lines.join("\n")}\n`], { type: "text/plain" }));
    link.download = button.dataset.name;
    link.click();
    URL.revokeObjectURL(link.href);
  });
}
for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());
