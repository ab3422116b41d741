// Draws the boxes that cover parts of a document. What counts are the lines of the form, which can be written by hand too.
(function () {
  "use strict";

  var room = document.getElementById("redact");
  var lines = document.getElementById("redact-lines");
  var list = document.getElementById("redact-list");
  var ground = document.getElementById("redact-ground");
  var form = document.getElementById("redact-form");
  var whole = Number(room.dataset.whole), chosen = -1, boxes = [], isChanged = false, isSent = false;

  function read() {
    boxes = lines.value.split("\n").map(function (line) { return line.trim().split(/\s+/); })
      .filter(function (parts) { return parts.length === 6; })
      .map(function (parts) {
        var sides = parts.slice(1, 5).map(function (side) { return Math.round(Number(side) * whole / 100); });
        return { page: Number(parts[0]), left: sides[0], top: sides[1], right: sides[2], bottom: sides[3], ground: parts[5] };
      });
  }

  function write() {
    lines.value = boxes.map(function (box) {
      var sides = [box.left, box.top, box.right, box.bottom].map(function (side) { return side * 100 / whole; });
      return [box.page].concat(sides, [box.ground]).join(" ");
    }).join("\n");
    isChanged = true;
    show();
  }

  function rectangle(svg, box) {
    var made = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    place(made, box);
    svg.appendChild(made);
    return made;
  }

  function place(made, box) {
    made.setAttribute("x", box.left);
    made.setAttribute("y", box.top);
    made.setAttribute("width", box.right - box.left);
    made.setAttribute("height", box.bottom - box.top);
  }

  function nameOf(name) {
    var option = Array.prototype.find.call(ground.options, function (one) { return one.value === name; });
    return option ? option.textContent : name;
  }

  function listed(box, index) {
    var item = document.createElement("li"), words = document.createElement("a"), button = document.createElement("button");
    words.setAttribute("href", "#leaf-" + box.page);
    words.textContent = room.dataset.page.replace("{page}", box.page).replace("{ground}", nameOf(box.ground));
    words.addEventListener("click", function () { choose(index); });
    button.type = "button";
    button.className = "link";
    button.textContent = room.dataset.remove;
    button.addEventListener("click", function () { remove(index); });
    if (index === chosen) { item.className = "chosen"; }
    item.append(words, " ", button);
    list.appendChild(item);
  }

  function show() {
    list.textContent = boxes.length ? "" : room.dataset.none;
    document.querySelectorAll("svg[data-page]").forEach(function (svg) { svg.textContent = ""; });
    boxes.forEach(function (box, index) {
      var svg = document.querySelector("svg[data-page='" + box.page + "']");
      listed(box, index);
      if (!svg) { return; }
      var made = rectangle(svg, box);
      made.dataset.index = index;
      if (index === chosen) { made.setAttribute("class", "chosen"); }
    });
  }

  function choose(index) {
    chosen = index;
    show();
  }

  function remove(index) {
    boxes.splice(index, 1);
    chosen = -1;
    write();
  }

  // Where the mouse is, in parts of the page; outside it the nearest place on it.
  function at(event, svg) {
    var seen = svg.getBoundingClientRect();
    function part(where, from, length) {
      return Math.max(0, Math.min(whole, Math.round((where - from) * whole / length)));
    }
    return { x: part(event.clientX, seen.left, seen.width), y: part(event.clientY, seen.top, seen.height) };
  }

  function between(one, other, page) {
    return {
      page: page, ground: ground.value,
      left: Math.min(one.x, other.x), top: Math.min(one.y, other.y),
      right: Math.max(one.x, other.x), bottom: Math.max(one.y, other.y)
    };
  }

  document.querySelectorAll("svg[data-page]").forEach(function (svg) {
    var start = null, drawn = null, page = Number(svg.dataset.page), box = null;
    svg.addEventListener("pointerdown", function (event) {
      if (event.button !== 0) { return; }
      event.preventDefault();
      start = at(event, svg);
      svg.setPointerCapture(event.pointerId);
    });
    svg.addEventListener("pointermove", function (event) {
      if (!start) { return; }
      box = between(start, at(event, svg), page);
      drawn = drawn || rectangle(svg, box);
      place(drawn, box);
    });
    svg.addEventListener("pointerup", function (event) {
      var hit = document.elementsFromPoint(event.clientX, event.clientY)
        .find(function (one) { return one.dataset && one.dataset.index; });
      // A hand that trembles while it clicks draws nothing.
      var isBox = box && box.right - box.left > whole / 400 && box.bottom - box.top > whole / 400;
      if (isBox) { boxes.push(box); chosen = boxes.length - 1; write(); } else { choose(hit ? Number(hit.dataset.index) : -1); }
      start = drawn = box = null;
    });
    svg.addEventListener("pointercancel", function () { start = drawn = box = null; show(); });
  });

  document.addEventListener("keydown", function (event) {
    var isTyping = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (chosen < 0 || isTyping || (event.key !== "Delete" && event.key !== "Backspace")) { return; }
    event.preventDefault();
    remove(chosen);
  });

  ground.addEventListener("change", function () {
    if (chosen >= 0) { boxes[chosen].ground = ground.value; write(); }
  });
  lines.addEventListener("input", function () { read(); chosen = -1; isChanged = true; show(); });
  form.addEventListener("submit", function () { isSent = true; });
  window.addEventListener("pageshow", function () { isSent = false; });
  window.addEventListener("beforeunload", function (event) {
    if (isChanged && !isSent) { event.preventDefault(); }
  });

  read();
  show();
}());
