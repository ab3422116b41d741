/* The chat page, live: sends without losing a word, and shows what staff write as soon as it is there. */

import { drawChoices, drawMessage, drawThumbs, element } from "./chat_drawing.js";
import { Line, Refused, makeId, memory } from "./chat_line.js";
import { Files } from "./chat_uploads.js";

const page = document.body;
const words = JSON.parse(document.getElementById("chat-texts").textContent);
const log = document.getElementById("log");
const list = document.getElementById("messages");
const form = document.getElementById("composer");
const field = document.getElementById("say");
const notice = document.getElementById("notice");
const isTouch = matchMedia("(pointer: coarse)").matches;
const LONGEST_WAIT = 30;

const given = page.dataset.conversation ? { conversation: page.dataset.conversation, token: page.dataset.token } : null;
const line = new Line(page.dataset.language, memory.load().known || given);
const files = new Files(line, words, document.getElementById("files"), document.getElementById("chosen"));
const shown = new Set();
const unsent = [];
const early = [];
let last = 0;
let isSending = false;
let stream = null;
let pause = 2;

/* Showing */

const acts = {
  async fetchFile(file) {
    try {
      const address = URL.createObjectURL(await line.fetchFile(file.sha256));
      element("a", { href: address, download: file.name }).click();
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
    } catch {
      tell(words.download_failed);
    }
  },
};

function show(message) {
  if (message.id && shown.has(message.id)) return null;
  if (message.id) shown.add(message.id);
  const article = drawMessage(message, words, acts);
  withdrawChoices();
  list.append(article);
  if (message.thumbs && message.thumbs.length) article.append(drawThumbs(message.thumbs, words, press));
  if (message.choices && message.choices.length) article.append(drawChoices(message.choices, words, press));
  return article;
}

function withdrawChoices() {
  list.querySelectorAll(".choices").forEach((choices) => choices.remove());
}

/* A long answer is read from its beginning; otherwise the end of the conversation is in view. */
function scrollTo(article) {
  const top = article ? article.offsetTop - list.offsetTop - 12 : Infinity;
  log.scrollTop = Math.min(log.scrollHeight - log.clientHeight, top);
}

function isAtEnd() {
  return log.scrollHeight - log.scrollTop - log.clientHeight < 120;
}

function tell(text, ...more) {
  notice.replaceChildren(...(text ? [element("p", { class: "told" }, text, ...more)] : []));
}

/* Sending: one after another, each until the desk has it. */

function press(choice) {
  say(choice.label, choice.value);
}

function say(text, choice, attachments = []) {
  const message = { client_id: makeId(), text, choice, attachments: attachments.map((file) => file.id) };
  const named = attachments.map(({ name }) => ({ name }));
  withdrawChoices();
  enqueue({ ...message, named });
  memory.save({ unsent: unsent.map(({ article, ...kept }) => kept) });
  sendAll();
}

function enqueue(message) {
  const article = drawMessage({ author: "citizen", text: message.text, attachments: message.named }, words, acts);
  article.classList.add("unsent");
  article.append(element("p", { class: "state" }, words.sending));
  list.append(article);
  unsent.push({ ...message, article });
  scrollTo(null);
}

async function sendAll() {
  if (isSending) return;
  isSending = true;
  while (unsent.length) {
    const message = unsent[0];
    try {
      const answer = await line.send(message);
      pause = 2;
      tell("");
      settle(message, answer);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (!(await standBy(message, error))) break;
    }
  }
  isSending = false;
  early.splice(0).forEach(receive);
  listen();
}

function settle(message, answer) {
  unsent.shift();
  memory.save({ unsent: unsent.map(({ article, ...kept }) => kept) });
  list.querySelectorAll("article:not(.unsent) > .state").forEach((state) => state.remove());
  message.article.classList.remove("unsent");
  message.article.querySelector(".state").textContent = words.delivered;
  if (answer.message) {
    if (shown.has(answer.message)) message.article.remove();
    shown.add(answer.message);
    message.article.dataset.id = answer.message;
    last = Math.max(last, numberOf(answer.message));
  }
  for (const reply of answer.replies) {
    show({ ...reply, author: "desk", id: numberOf(reply.id) ? reply.id : null });
    last = Math.max(last, numberOf(reply.id));
  }
  scrollTo(message.article);
}

function numberOf(id) {
  return Number(/-(\d+)$/.exec(id)?.[1] || 0);
}

/* What the desk refuses for good goes back into the field; what passes is tried again under the same id. */
async function standBy(message, error) {
  const state = message.article.querySelector(".state");
  if (error.status === 401) {
    line.forget();
    memory.save({ known: null });
    return true;
  }
  if (!error.again) {
    unsent.shift();
    memory.save({ unsent: unsent.map(({ article, ...kept }) => kept) });
    message.article.remove();
    if (!field.value) field.value = message.text;
    grow();
    tell(`${words.refused} ${error.message}`);
    return true;
  }
  state.textContent = error.message || words.waiting;
  state.classList.add("bad");
  await wait(Math.max(error.again, pause));
  pause = Math.min(pause * 2, LONGEST_WAIT);
  state.classList.remove("bad");
  return true;
}

function wait(seconds) {
  return new Promise((resolve) => {
    const now = element("button", { type: "button", class: "link", click: done }, words.again_now);
    const timer = setTimeout(done, seconds * 1000);
    const text = navigator.onLine ? words.again_in.replace("{seconds}", seconds) : words.offline;
    tell(text, " ", now);
    addEventListener("online", done, { once: true });
    function done() {
      clearTimeout(timer);
      removeEventListener("online", done);
      tell("");
      resolve();
    }
  });
}

/* Receiving */

function receive(message) {
  if (isSending) {
    early.push(message);
    return;
  }
  const wasAtEnd = isAtEnd();
  const article = show(message);
  last = Math.max(last, message.number);
  if (!article) return;
  if (wasAtEnd) scrollTo(article);
  if (message.author !== "citizen" && document.hidden) document.title = `● ${words.new_message}`;
}

async function listen() {
  if (stream || !line.known) return;
  stream = new AbortController();
  let again = 1;
  while (stream) {
    try {
      const began = Date.now();
      const isStream = await line.listen(last, receive, stream.signal);
      if (!isStream) (await line.history(last)).messages.forEach(receive);
      again = isStream && Date.now() - began > 5000 ? 1 : Math.max(again, 5);
    } catch (error) {
      if (error.status === 401) {
        stream = null;
        return;
      }
      again = Math.min(Math.max(again * 2, error.again || 0), LONGEST_WAIT);
    }
    await new Promise((resolve) => setTimeout(resolve, again * 1000));
  }
}

async function restore() {
  const kept = memory.load().unsent || [];
  if (line.known) {
    try {
      for (let more = true; more; ) {
        const history = await line.history(last);
        history.messages.forEach(receive);
        more = history.more && history.messages.length > 0;
      }
    } catch (error) {
      if (error.status === 401) {
        line.forget();
        memory.save({ known: null });
      }
    }
  }
  kept.forEach(enqueue);
  scrollTo(null);
  if (unsent.length) sendAll();
  else listen();
}

/* The form */

function grow() {
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight + 2}px`;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = event.submitter;
  if (button && button.name === "example") {
    say(button.value);
    return;
  }
  const text = field.value;
  if (!text.trim() && !files.any) {
    field.focus();
    return;
  }
  field.value = "";
  grow();
  if (files.isUploading) tell(words.wait_for_files);
  const sent = await files.take();
  tell("");
  say(text, undefined, sent);
  if (!isTouch) field.focus();
});

field.addEventListener("input", grow);
field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229 && !isTouch) {
    event.preventDefault();
    form.requestSubmit();
  }
});

document.getElementById("forgetting").addEventListener("submit", (event) => {
  if (confirm(words.forget_sure)) memory.clear();
  else event.preventDefault();
});

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) document.title = title;
});
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && page.classList.contains("embedded")) parent.postMessage("sunwindow:close", "*");
});

const title = document.title;
page.classList.add("live");
list.querySelectorAll("article:not([data-static])").forEach((article) => article.remove());
restore();
