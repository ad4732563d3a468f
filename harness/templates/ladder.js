// A link to a rung or a section opens it; what was closed is drawn when it opens.
"use strict";
(() => {
  function reveal() {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.nextElementSibling) {
      const details = target.matches("h2, h3") && nextDetails(target);
      if (details) details.open = true;
    }
  }

  function nextDetails(heading) {
    let next = heading.nextElementSibling;
    while (next && !next.matches("h2, h3, details")) next = next.nextElementSibling;
    return next && next.matches("details") ? next : null;
  }

  for (const section of document.querySelectorAll("details.section"))
    section.addEventListener("toggle", () => dispatchEvent(new Event("resize")));
  addEventListener("hashchange", reveal);
  reveal();
})();
