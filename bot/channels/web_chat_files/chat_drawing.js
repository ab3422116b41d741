/* Draws messages. Words of people only ever become text nodes. */

const LABEL = /^([^：:。.!?]{1,24}(?:：|:(?= |$))) ?(.*)$/;
const CODE = /\b[2-9A-HJ-NP-TV-Z]{5}-[2-9A-HJ-NP-TV-Z]{5}\b/;

/** An element with attributes and children; an attribute that is a function listens to the event of its name. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key, value);
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** One message as an article. `acts` says what its buttons and links do. */
export function drawMessage(message, words, acts) {
  const isCard = Boolean(message.sources && message.sources.length);
  const parts = [
    element("header", {}, element("b", {}, words[message.author]), " ", drawTime(message.at)),
    message.text ? element("div", { class: "words" }, ...drawLines(message.text, isCard)) : null,
    ...(message.attachments || []).map((file) => drawFile(file, acts)),
    message.case ? drawCase(message, words) : null,
    ...(message.sources || []).map((source) => drawSource(source, words)),
  ];
  const article = element("article", { class: `message fresh ${message.author}`, tabindex: "-1" }, ...parts);
  if (message.id) article.dataset.id = message.id;
  return article;
}

/** The buttons under the latest reply. */
export function drawChoices(choices, words, press) {
  return element(
    "div",
    { class: "choices", role: "group", "aria-label": words.choices },
    ...choices.map((choice) => element("button", { type: "button", click: () => press(choice) }, choice.label)),
  );
}

/** The two small buttons under an answer; they stay, and the one that was pressed last is marked. */
export function drawThumbs(thumbs, words, press) {
  const buttons = thumbs.map((thumb) =>
    element("button", { type: "button", "aria-pressed": "false", click: (event) => mark(event, thumb) }, thumb.label),
  );
  function mark(event, thumb) {
    for (const button of buttons) button.setAttribute("aria-pressed", String(button === event.currentTarget));
    press(thumb);
  }
  return element("div", { class: "thumbs", role: "group", "aria-label": words.thumbs }, ...buttons);
}

function drawTime(at) {
  const zone = document.body.dataset.timeZone;
  const when = at ? new Date(at) : new Date();
  const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone }).format(when);
  return element("time", { datetime: when.toISOString() }, clock);
}

function drawLines(text, isCard) {
  const lines = text.split("\n");
  return lines.map((line, number) => {
    if (!line.trim()) return element("p", { class: "gap" });
    const labelled = isCard ? LABEL.exec(line) : null;
    if (isCard && number === 0 && lines.length > 1 && !labelled) {
      return element("p", { class: "title" }, line.replace(/^【|】$/g, ""));
    }
    return labelled
      ? element("p", {}, element("b", {}, labelled[1]), labelled[1].endsWith("：") ? "" : " ", labelled[2])
      : element("p", {}, line);
  });
}

function drawFile(file, acts) {
  const fetchIt = (event) => {
    event.preventDefault();
    acts.fetchFile(file);
  };
  return file.sha256
    ? element("a", { class: "file", href: "#", click: fetchIt }, file.name)
    : element("span", { class: "file" }, file.name);
}

function drawCase(message, words) {
  const code = message.author === "desk" ? CODE.exec(message.text) : null;
  return element(
    "dl",
    { class: "case" },
    drawFact(words.case, message.case, words),
    code ? drawFact(words.query_code, code[0], words) : null,
    element("p", { class: "hint" }, code ? words.keep_safe : words.about_case),
  );
}

function drawFact(name, value, words) {
  const copy = element("button", { type: "button", "aria-label": `${words.copy} ${name}` }, words.copy);
  copy.addEventListener("click", async () => {
    await copyText(value);
    copy.textContent = words.copied;
    setTimeout(() => (copy.textContent = words.copy), 2500);
  });
  return element("div", {}, element("dt", {}, name), element("dd", {}, value), copy);
}

async function copyText(value) {
  try {
    await navigator.clipboard.writeText(value);
  } catch {
    /* Without HTTPS, or in a frame, there is no clipboard for us: select the old way. */
    const field = element("textarea", { class: "unseen" });
    field.value = value;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
}

function drawSource(source, words) {
  return element(
    "details",
    { class: "source" },
    element("summary", {}, `${words.source} ${source.title} `, element("small", {}, `${words.version} ${source.version}`)),
    element("p", {}, words.basis),
    element("ul", {}, ...source.basis.map((basis) => element("li", {}, basis))),
  );
}
