// Keeps an open console page up to date. Everything works without it, after a reload.
(function () {
  "use strict";

  var body = document.body;
  var news = document.getElementById("news");
  var reference = body.dataset.case;

  function announce(text, href, urgent) {
    if (!news) { return; }
    var item = document.createElement("li");
    var link = document.createElement(href ? "a" : "span");
    if (href) { link.setAttribute("href", href); }
    link.textContent = text;
    if (urgent) { item.className = "urgent"; }
    item.appendChild(link);
    var list = news.querySelector("ul");
    list.insertBefore(item, list.firstChild);
    while (list.children.length > 4) { list.removeChild(list.lastChild); }
    news.hidden = false;
  }

  function seen() {
    var box = document.getElementById("correspondence");
    return box ? box.dataset.fingerprint : "";
  }

  function known() {
    var ids = {};
    document.querySelectorAll("[data-message]").forEach(function (one) { ids[one.dataset.message] = true; });
    return ids;
  }

  // The new state is shown in full, so forms on the page are now made from it.
  function bringFormsUpToDate() {
    var box = document.getElementById("correspondence");
    document.querySelectorAll("input[name=version]").forEach(function (field) { field.value = box.dataset.version; });
  }

  function refreshCase(fingerprint) {
    if (!window.htmx || fingerprint === seen()) { return; }
    var before = known();
    window.htmx
      .ajax("GET", "/staff/cases/" + encodeURIComponent(reference) + "/news", { target: "#correspondence", swap: "outerHTML" })
      .then(function () {
        bringFormsUpToDate();
        var fresh = 0;
        document.querySelectorAll("[data-message]").forEach(function (one) {
          if (before[one.dataset.message]) { return; }
          one.classList.add("fresh");
          if (one.classList.contains("said-inbound")) { fresh += 1; }
        });
        if (fresh) { announce(body.dataset.told, "#correspondence", false); }
      });
  }

  function listen() {
    if (!body.dataset.stream || !window.EventSource) { return; }
    var address = body.dataset.stream + (reference ? "?case=" + encodeURIComponent(reference) : "");
    var stream = new EventSource(address);
    stream.addEventListener("news", function (event) {
      var told = JSON.parse(event.data);
      announce(told.text, told.href, told.urgent);
    });
    stream.addEventListener("case", function (event) { refreshCase(event.data); });
    window.addEventListener("pagehide", function () { stream.close(); });
  }

  // A second press of the same button sends nothing.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method !== "post") { return; }
    // What only shows something, in a page of its own, leaves this one as it is.
    if (event.submitter && event.submitter.formTarget === "_blank") { return; }
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
  });

  // Without scripts the link loads the page again with every box ticked.
  document.addEventListener("click", function (event) {
    var link = event.target.closest ? event.target.closest("[data-tick]") : null;
    if (!link) { return; }
    event.preventDefault();
    var all = link.dataset.tick === "all";
    document.querySelectorAll("input[name=id][form=many]").forEach(function (box) { box.checked = all; });
    var words = link.textContent;
    link.textContent = link.dataset.other;
    link.dataset.other = words;
    link.dataset.tick = all ? "" : "all";
  });

  document.addEventListener("htmx:responseError", function () { announce(body.dataset.trouble, "", true); });
  document.addEventListener("htmx:sendError", function () { announce(body.dataset.trouble, "", true); });

  var refusal = document.getElementById("refusal");
  if (refusal) { refusal.setAttribute("tabindex", "-1"); refusal.focus(); }

  listen();
}());
