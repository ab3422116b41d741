/* Adds the bureau's chat to a page of a site that the bureau lists: a button, and a frame that it opens. */
(function (given) {
  "use strict";
  const { origins, texts } = given;
  const script = document.currentScript;
  if (!script || !origins.includes(window.location.origin)) {
    return;
  }
  const desk = new URL(script.src).origin;
  const wish = script.dataset.lang || document.documentElement.lang || navigator.language || "zh";
  const language = wish.toLowerCase().startsWith("en") ? "en" : "zh";
  const words = texts[language];

  const button = document.createElement("button");
  button.type = "button";
  button.textContent = words.open_chat;
  button.setAttribute("aria-expanded", "false");
  Object.assign(button.style, {
    position: "fixed", right: "20px", bottom: "20px", zIndex: "2147483000", minHeight: "48px", padding: "0 22px",
    border: "2px solid #fff", borderRadius: "99px", background: "#0e4a58", color: "#fff", cursor: "pointer",
    font: "600 16px/1 system-ui, sans-serif", boxShadow: "0 6px 24px rgba(20, 40, 45, .3)",
  });

  let frame = null;

  function makeFrame() {
    const made = document.createElement("iframe");
    made.src = `${desk}/chat?embed=1&lang=${language}`;
    made.title = words.open_chat;
    made.allow = "clipboard-write";
    Object.assign(made.style, {
      position: "fixed", right: "min(20px, 2vw)", bottom: "80px", zIndex: "2147483000", width: "min(410px, 96vw)",
      height: "min(680px, calc(100vh - 100px))", border: "1px solid #e4dac6", borderRadius: "14px",
      background: "#fbf7ee", boxShadow: "0 12px 48px rgba(20, 40, 45, .28)",
    });
    document.body.append(made);
    return made;
  }

  function show(isOpen) {
    frame = frame || makeFrame();
    frame.style.display = isOpen ? "block" : "none";
    button.setAttribute("aria-expanded", String(isOpen));
    button.textContent = isOpen ? words.close_chat : words.open_chat;
    (isOpen ? frame : button).focus();
  }

  button.addEventListener("click", () => show(button.getAttribute("aria-expanded") === "false"));
  window.addEventListener("message", (event) => {
    if (frame && event.source === frame.contentWindow && event.origin === desk && event.data === "sunwindow:close") {
      show(false);
    }
  });
  document.body ? document.body.append(button) : addEventListener("DOMContentLoaded", () => document.body.append(button));
});
