// Suggestions under the search field: an ARIA combobox with a list. Without this script the form searches all the same.
(function () {
  "use strict";

  var WAIT = 140;

  function equip(form) {
    var input = form.querySelector("input[type=search]");
    if (!input || !window.fetch || !window.AbortController) { return; }
    var list = document.createElement("ul");
    var status = document.createElement("p");
    var timer = 0, asking = null, chosen = -1, shown = "";

    list.id = input.id + "-suggestions";
    list.className = "suggestions";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", form.dataset.label);
    status.className = "unseen";
    status.setAttribute("role", "status");
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", list.id);
    form.querySelector(".search-row").after(list, status);

    function close() {
      list.hidden = true;
      chosen = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }

    function choose(place) {
      var options = list.children;
      if (!options.length) { return; }
      chosen = (place + options.length + 1) % (options.length + 1);
      for (var number = 0; number < options.length; number += 1) {
        options[number].setAttribute("aria-selected", number === chosen ? "true" : "false");
      }
      if (chosen === options.length) {
        input.removeAttribute("aria-activedescendant");
      } else {
        input.setAttribute("aria-activedescendant", options[chosen].id);
        options[chosen].scrollIntoView({ block: "nearest" });
      }
    }

    function go(option) { window.location.assign(option.dataset.address); }

    function show(rows) {
      list.textContent = "";
      rows.forEach(function (row, number) {
        var option = document.createElement("li"), kind = document.createElement("span"), text = document.createElement("b");
        option.id = list.id + "-" + number;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.dataset.address = row.address;
        kind.textContent = row.kind;
        text.textContent = row.text;
        option.append(text, kind);
        // Before the field loses the focus, and the list with it.
        option.addEventListener("mousedown", function (event) { event.preventDefault(); });
        option.addEventListener("click", function () { go(option); });
        list.appendChild(option);
      });
      status.textContent = rows.length ? form.dataset.count.replace("{count}", rows.length) : form.dataset.none;
      chosen = rows.length;
      list.hidden = !rows.length;
      input.setAttribute("aria-expanded", rows.length ? "true" : "false");
      input.removeAttribute("aria-activedescendant");
    }

    function ask() {
      var typed = input.value.trim();
      if (typed === shown) { return; }
      shown = typed;
      if (asking) { asking.abort(); }
      if (!typed) { close(); return; }
      asking = new AbortController();
      fetch(form.dataset.suggest + "?q=" + encodeURIComponent(typed), { signal: asking.signal, credentials: "same-origin" })
        .then(function (answer) { return answer.ok ? answer.json() : { suggestions: [] }; })
        .then(function (told) { if (input.value.trim() === typed && document.activeElement === input) { show(told.suggestions); } })
        .catch(function () { close(); });
    }

    function later() {
      window.clearTimeout(timer);
      timer = window.setTimeout(ask, WAIT);
    }

    // While an input method composes, the letters are not yet the words.
    input.addEventListener("input", function (event) { if (!event.isComposing) { later(); } });
    input.addEventListener("compositionend", later);
    input.addEventListener("blur", close);
    input.addEventListener("keydown", function (event) {
      if (event.isComposing || event.key === "Process") { return; }
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (list.hidden) { shown = ""; ask(); return; }
        choose(chosen + (event.key === "ArrowDown" ? 1 : -1));
      } else if (event.key === "Escape" && !list.hidden) {
        event.preventDefault();
        close();
      } else if (event.key === "Enter" && !list.hidden && list.children[chosen]) {
        event.preventDefault();
        go(list.children[chosen]);
      }
    });
  }

  document.querySelectorAll("form[data-suggest]").forEach(equip);
}());
