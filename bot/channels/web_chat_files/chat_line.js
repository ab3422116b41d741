/* Talks to the desk: begins a conversation, sends, uploads, reads history and the stream. Knows nothing of the page. */

const KEPT_UNDER = "sunwindow-chat";

/** What this device remembers; a browser that forbids it remembers nothing beyond the page. */
export const memory = {
  kept: {},
  load() {
    try {
      return JSON.parse(localStorage.getItem(KEPT_UNDER)) || this.kept;
    } catch {
      return this.kept;
    }
  },
  save(changes) {
    this.kept = { ...this.load(), ...changes };
    try {
      localStorage.setItem(KEPT_UNDER, JSON.stringify(this.kept));
    } catch {
      /* Third-party frames and private windows may forbid it. */
    }
  },
  clear() {
    this.kept = {};
    try {
      localStorage.removeItem(KEPT_UNDER);
    } catch {
      /* Nothing is kept then. */
    }
  },
};

/** The desk said no, or could not be reached. `again` is after how many seconds the same may be tried; 0 is never. */
export class Refused extends Error {
  constructor(status, detail, again) {
    super(detail);
    this.status = status;
    this.again = again;
  }
}

/** An id that no other message of this conversation has. */
export function makeId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** One conversation with the desk; begun when the first thing is sent. */
export class Line {
  constructor(language, known) {
    this.language = language;
    this.known = known;
    this.beginning = null;
  }

  /** Make sure that there is a conversation. */
  async begin() {
    if (this.known) return;
    this.beginning =
      this.beginning || this.ask("/chat/conversations", { method: "POST" }).then((answer) => answer.json());
    try {
      this.known = await this.beginning;
      memory.save({ known: this.known });
    } finally {
      this.beginning = null;
    }
  }

  forget() {
    this.known = null;
  }

  async send(message) {
    await this.begin();
    const { text, client_id, choice, attachments } = message;
    const body = JSON.stringify({ text, client_id, choice, attachments });
    const headers = { "content-type": "application/json" };
    return (await this.ask(`${this.path}/messages`, { method: "POST", body, headers })).json();
  }

  async upload(file) {
    await this.begin();
    const body = new FormData();
    body.append("file", file, file.name);
    return (await this.ask(`${this.path}/attachments`, { method: "POST", body })).json();
  }

  async fetchFile(sha256) {
    return (await this.ask(`${this.path}/attachments/${sha256}`)).blob();
  }

  async history(after) {
    return (await this.ask(`${this.path}/messages?after=${after}`)).json();
  }

  /** Hand each message of the stream to `take` until the stream ends; false when this browser cannot read streams. */
  async listen(after, take, signal) {
    const headers = { "last-event-id": String(after), accept: "text/event-stream" };
    const answer = await this.ask(`${this.path}/events`, { headers, signal });
    if (!answer.body || !answer.body.getReader) return false;
    const reader = answer.body.getReader();
    const decoder = new TextDecoder();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return true;
      const events = (rest + decoder.decode(value, { stream: true })).split("\n\n");
      rest = events.pop();
      for (const event of events) {
        const line = event.split("\n").find((one) => one.startsWith("data: "));
        if (line) take(JSON.parse(line.slice(6)));
      }
    }
  }

  get path() {
    return `/chat/conversations/${this.known.conversation}`;
  }

  async ask(path, options = {}) {
    const headers = { ...options.headers, "accept-language": this.language };
    if (this.known) headers.authorization = `Bearer ${this.known.token}`;
    let answer;
    try {
      answer = await fetch(path, { ...options, headers, credentials: "omit", cache: "no-store" });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Refused(0, "", 3);
    }
    if (answer.ok) return answer;
    const problem = await answer.json().catch(() => ({}));
    const passes = answer.status === 429 || answer.status >= 500;
    const again = passes ? Number(answer.headers.get("retry-after")) || 5 : 0;
    throw new Refused(answer.status, problem.detail || "", again);
  }
}
