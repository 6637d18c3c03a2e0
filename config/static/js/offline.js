// The page without a network: goes on by itself as soon as there is one again.
addEventListener("online", () => location.reload());
document.getElementById("again").addEventListener("click", () => location.reload());
