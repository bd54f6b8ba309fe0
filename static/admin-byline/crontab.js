// Says in words when the chosen crontab fires, and follows the choice.
"use strict";
{
  const crontabs = JSON.parse(document.getElementById("readable-crontabs").textContent);
  const select = document.getElementById("id_crontab");
  const readOnly = document.querySelector(".field-crontab_translation");
  if (select) {
    const help = document.createElement("div");
    help.className = "help";
    help.setAttribute("role", "status");
    document.querySelector(".field-crontab").append(help);
    const tell = () => {
      help.textContent = crontabs[select.value] || "";
    };
    select.addEventListener("change", tell);
    tell();
    if (readOnly) {
      readOnly.hidden = true;
    }
  }
}
