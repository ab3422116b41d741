/* Files that are chosen for the next message: uploaded at once, so that sending need not wait. */

import { element } from "./chat_drawing.js";

const MOST = 10;
const LARGEST = 20_000_000;

export class Files {
  constructor(line, words, input, list) {
    this.line = line;
    this.words = words;
    this.list = list;
    this.chosen = [];
    input.addEventListener("change", () => {
      [...input.files].forEach((file) => this.add(file));
      input.value = "";
    });
  }

  get any() {
    return this.chosen.some((file) => !file.failed);
  }

  get isUploading() {
    return this.chosen.some((file) => !file.id && !file.failed);
  }

  /** The files that were uploaded, once all are; those that failed stay in view with the reason. */
  async take() {
    await Promise.all(this.chosen.map((file) => file.done));
    const taken = this.chosen.filter((file) => file.id);
    taken.forEach((file) => file.item.remove());
    this.chosen = this.chosen.filter((file) => !file.id);
    return taken.map(({ id, name }) => ({ id, name }));
  }

  add(file) {
    const state = element("span", {}, this.words.uploading);
    const remove = element("button", { type: "button", "aria-label": `${this.words.remove} ${file.name}` }, "×");
    const item = element("li", {}, element("span", {}, file.name), state, remove);
    const entry = { name: file.name, item, state };
    remove.addEventListener("click", () => {
      item.remove();
      this.chosen = this.chosen.filter((one) => one !== entry);
    });
    this.list.append(item);
    this.chosen.push(entry);
    if (this.chosen.length > MOST) this.fail(entry, this.words.too_many_files);
    else if (file.size > LARGEST) this.fail(entry, this.words.file_too_large);
    else entry.done = this.upload(file, entry);
  }

  async upload(file, entry) {
    try {
      entry.id = (await this.line.upload(file)).id;
      entry.state.textContent = this.words.uploaded;
    } catch (error) {
      this.fail(entry, error.message);
    }
  }

  fail(entry, reason) {
    entry.failed = true;
    entry.item.classList.add("bad");
    entry.state.textContent = `${this.words.not_uploaded}: ${reason}`;
  }
}
