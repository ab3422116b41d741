// Leads the screen in the hall back to its start when nobody has touched it for a while. It says so first, for ten seconds.
(function () {
  "use strict";

  var body = document.body, notice = document.getElementById("idle"), count = document.getElementById("idle-count");
  var allowed = Number(body.dataset.idle) || 90, warned = 10, idle = 0;

  function touch() {
    idle = 0;
    notice.hidden = true;
  }

  function tick() {
    idle += 1;
    if (idle >= allowed) {
      // From nought again: a second order to leave would break off the first; a first that failed is given anew.
      idle = 0;
      window.location.replace(body.dataset.start);
      return;
    }
    if (allowed - idle <= warned && !body.hasAttribute("data-is-start")) {
      notice.hidden = false;
      count.textContent = count.dataset.words.replace("{seconds}", allowed - idle);
    }
  }

  ["pointerdown", "keydown", "scroll", "touchstart"].forEach(function (name) {
    window.addEventListener(name, touch, { passive: true });
  });
  // A page that comes back out of the browser's memory was left by somebody else.
  window.addEventListener("pageshow", touch);
  window.setInterval(tick, 1000);
}());
