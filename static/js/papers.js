// The list changes in place: say what it has become, and keep the reader's place in it.
"use strict";

let leavesControl = false;

document.addEventListener("htmx:beforeRequest", (event) => {
  leavesControl = Boolean(event.target.closest(".pages, .active"));
  const drawer = document.querySelector(".drawer");
  document.documentElement.dataset.drawer = drawer && drawer.open ? "open" : "closed";
});

document.addEventListener("htmx:beforeSwap", (event) => {
  // A refusal (400, 404) is a page of its own, not a list.
  if (event.detail.isError) window.location.assign(event.detail.pathInfo.requestPath);
});

document.addEventListener("htmx:afterSettle", () => {
  const heading = document.getElementById("papers-heading");
  const drawer = document.querySelector(".drawer");
  if (!heading) return;
  if (drawer && document.documentElement.dataset.drawer === "open") drawer.open = true;
  document.getElementById("said").textContent = heading.textContent;
  if (leavesControl || document.activeElement === document.body) heading.focus({ preventScroll: true });
});
