// The list changes in place: say what it has become, and keep the reader's place in it. Explanations close as they open.
"use strict";

let leavesControl = false;

document.addEventListener("htmx:beforeRequest", (event) => {
  leavesControl = Boolean(event.target.closest(".pages, .active"));
  const drawer = document.querySelector(".drawer");
  document.documentElement.dataset.drawer = drawer && drawer.open ? "open" : "closed";
});

document.addEventListener("htmx:beforeSwap", (event) => {
  // A refusal (400, 404) is a page of its own, not a list.
  if (event.detail.isError) window.location.assign(event.detail.pathInfo.finalRequestPath);
});

document.addEventListener("htmx:afterSettle", () => {
  const heading = document.getElementById("papers-heading");
  const drawer = document.querySelector(".drawer");
  if (!heading) return;
  if (drawer && document.documentElement.dataset.drawer === "open") drawer.open = true;
  document.getElementById("said").textContent = heading.textContent;
  if (leavesControl || document.activeElement === document.body) heading.focus({ preventScroll: true });
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector(".figures details[open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
});

document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll(".figures details[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});
