// Pictures side by side, blinking, or behind a slider; zoom, place and cursor are the same in all of them.
"use strict";
(() => {
  const PERIOD = 700; // milliseconds between the pictures of a blink
  const CLOSEST = 32;
  const root = document.getElementById("viewer");
  if (!root || typeof DecompressionStream === "undefined") return;
  const data = JSON.parse(document.getElementById("viewer-data").textContent);
  const find = (id) => document.getElementById(id);
  const shown = (value) => (Number.isNaN(value) ? "-" : String(Number(value.toPrecision(5))));

  class Screen {
    constructor(viewer, label) {
      this.viewer = viewer;
      this.figure = document.createElement("figure");
      this.canvas = document.createElement("canvas");
      this.caption = document.createElement("figcaption");
      this.canvas.tabIndex = 0;
      this.canvas.setAttribute("role", "img");
      this.figure.append(this.canvas, this.caption);
      this.caption.textContent = label;
      this.canvas.setAttribute("aria-label", `${label}; arrow keys read values`);
      this.canvas.addEventListener("pointerdown", (event) => viewer.grab(event, this));
      this.canvas.addEventListener("pointermove", (event) => viewer.move(event, this));
      this.canvas.addEventListener("pointerup", () => viewer.release());
      this.canvas.addEventListener("wheel", (event) => viewer.wheel(event, this), { passive: false });
      this.canvas.addEventListener("keydown", (event) => viewer.key(event));
    }

    // pictures: what is drawn, each on its share [from, to] of the width
    draw(pictures) {
      const { view, cursor, width, height } = this.viewer;
      this.canvas.width = Math.round(this.canvas.clientWidth * devicePixelRatio) || width;
      this.canvas.height = Math.round((this.canvas.width * height) / width);
      const context = this.canvas.getContext("2d");
      context.imageSmoothingEnabled = false;
      const scale = (this.canvas.width / width) * view.zoom;
      for (const { picture, from, to } of pictures) {
        context.save();
        context.beginPath();
        context.rect(from * this.canvas.width, 0, (to - from) * this.canvas.width, this.canvas.height);
        context.clip();
        context.drawImage(picture, -view.x * scale, -view.y * scale, width * scale, height * scale);
        context.restore();
      }
      context.strokeStyle = "#e0007a";
      context.lineWidth = Math.max(1, devicePixelRatio);
      if (pictures.length > 1) context.strokeRect(pictures[0].to * this.canvas.width, -2, 0.01, this.canvas.height + 4);
      if (cursor) context.strokeRect((cursor.column - view.x) * scale, (cursor.row - view.y) * scale, Math.max(scale, 3), Math.max(scale, 3));
    }

    pixel(event) {
      const box = this.canvas.getBoundingClientRect();
      const { view, width } = this.viewer;
      const scale = (box.width / width) * view.zoom;
      return { column: view.x + (event.clientX - box.left) / scale, row: view.y + (event.clientY - box.top) / scale, scale };
    }
  }

  class Viewer {
    constructor(parts) {
      this.parts = parts;
      const first = Object.values(parts)[0].layers[0];
      this.width = first.width;
      this.height = first.height;
      this.view = { x: 0, y: 0, zoom: 1 };
      this.cursor = null;
      this.late = false; // which of a blinking pair is shown
      root.addEventListener("input", (event) => this.changed(event.target));
      find("blinking").addEventListener("click", () => this.blink(!this.timer));
      for (const button of root.querySelectorAll("[data-zoom]")) button.addEventListener("click", () => this.zoomBy(button.dataset.zoom));
      addEventListener("resize", () => this.draw());
      this.build();
    }

    get part() { return this.parts[root.querySelector("input[name=part]:checked").value]; }
    get mode() { return root.querySelector("input[name=view]:checked").value; }
    get pictures() { return this.part.layers.filter((layer) => !["error", "difference"].includes(layer.role)); }

    changed(input) {
      if (input.name === "part" || input.name === "view") this.build();
      else this.label();
      this.draw();
    }

    build() {
      const one = this.mode !== "side";
      for (const tool of [root.querySelector(".pair"), root.querySelector(".split"), find("blinking")]) tool.hidden = true;
      root.querySelector(".pair").hidden = !one;
      root.querySelector(".split").hidden = this.mode !== "slider";
      find("blinking").hidden = this.mode !== "blink";
      this.choose();
      this.screens = one ? [new Screen(this, "")] : this.part.layers.map((layer) => new Screen(this, layer.name));
      find("screens").replaceChildren(...this.screens.map((screen) => screen.figure));
      find("screens").classList.toggle("one", one);
      this.ranges();
      this.label();
      this.blink(this.mode === "blink" && !matchMedia("(prefers-reduced-motion: reduce)").matches);
      this.read();
      this.draw();
    }

    // the pair to compare: the two sides, unless the reader chose others
    choose() {
      const names = this.pictures.map((layer) => layer.name);
      const defaults = [names[Math.max(0, names.length - 2)], names[names.length - 1]];
      [find("first"), find("second")].forEach((select, number) => {
        const before = select.value;
        select.replaceChildren(...names.map((name) => new Option(name, name)));
        select.value = names.includes(before) ? before : defaults[number];
      });
    }

    get pair() {
      return [find("first"), find("second")].map((select) => this.part.layers.find((layer) => layer.name === select.value));
    }

    label() {
      if (this.mode === "side") return;
      const [first, second] = this.pair.map((layer) => layer.name);
      const text = this.mode === "blink" ? (this.late ? second : first) : `left: ${first}, right: ${second}`;
      this.screens[0].caption.textContent = text;
      this.screens[0].canvas.setAttribute("aria-label", `${text}; arrow keys read values`);
    }

    ranges() {
      const { ranges, unit } = this.part;
      find("ranges").replaceChildren(...Object.entries(ranges).map(([name, range]) => {
        const bar = document.createElement("canvas");
        bar.width = 256;
        bar.height = 1;
        const ramp = { width: 256, height: 1, values: Float64Array.from({ length: 256 }, (_, i) => i + 0.5) };
        bar.getContext("2d").drawImage(Pixels.paint(ramp, { low: 0, high: 256 }, this.maps[range.map]), 0, 0);
        const text = document.createElement("span");
        const held = range.held ? " (held)" : "";
        text.append(`${name}: ${shown(range.low)}`, bar, `${shown(range.high)} ${unit}${held}`);
        return text;
      }));
    }

    get maps() { return Viewer.maps; }

    blink(on) {
      clearInterval(this.timer);
      this.timer = on ? setInterval(() => { this.late = !this.late; this.label(); this.draw(); }, PERIOD) : null;
      find("blinking").setAttribute("aria-pressed", String(Boolean(on)));
    }

    draw() {
      if (this.mode === "side") this.screens.forEach((screen, i) => screen.draw([{ picture: this.part.layers[i].picture, from: 0, to: 1 }]));
      else {
        const [first, second] = this.pair.map((layer) => layer.picture);
        const split = Number(find("split").value) / 100;
        const halves = [{ picture: first, from: 0, to: split }, { picture: second, from: split, to: 1 }];
        this.screens[0].draw(this.mode === "slider" ? halves : [{ picture: this.late ? second : first, from: 0, to: 1 }]);
      }
    }

    read() {
      const names = find("readout-names"), values = find("readout-values");
      const place = this.cursor ? `${data.row + this.cursor.row * data.stride}, ${data.column + this.cursor.column * data.stride}` : "-";
      const cells = [["row, column", place], ...this.part.layers.map((layer) => [layer.name, this.valueOf(layer)])];
      names.replaceChildren(...cells.map(([name]) => Object.assign(document.createElement("th"), { textContent: name, scope: "col" })));
      values.replaceChildren(...cells.map(([, value]) => Object.assign(document.createElement("td"), { textContent: value })));
    }

    valueOf(layer) {
      if (!this.cursor) return "-";
      const value = layer.values[this.cursor.row * this.width + this.cursor.column];
      return Number.isNaN(value) ? "nothing" : `${shown(value)} ${this.part.unit}`;
    }

    point(row, column) {
      const inside = (value, size) => Math.max(0, Math.min(size - 1, Math.floor(value)));
      this.cursor = { row: inside(row, this.height), column: inside(column, this.width) };
      this.read();
      this.draw();
    }

    grab(event, screen) {
      this.held = { ...screen.pixel(event), x: event.clientX, y: event.clientY, view: { ...this.view } };
      screen.canvas.setPointerCapture(event.pointerId);
    }

    move(event, screen) {
      if (this.held && event.buttons) {
        this.view.x = this.held.view.x - (event.clientX - this.held.x) / this.held.scale;
        this.view.y = this.held.view.y - (event.clientY - this.held.y) / this.held.scale;
        this.keepInside();
        this.draw();
      } else {
        const { row, column } = screen.pixel(event);
        this.point(row, column);
      }
    }

    release() { this.held = null; }

    wheel(event, screen) {
      if (!event.ctrlKey && !event.metaKey) return; // the plain wheel scrolls the page
      event.preventDefault();
      const { row, column } = screen.pixel(event);
      this.zoom(event.deltaY < 0 ? 1.25 : 0.8, row, column);
    }

    zoomBy(word) {
      const { view } = this;
      const at = this.cursor ?? { row: view.y + this.height / 2 / view.zoom, column: view.x + this.width / 2 / view.zoom };
      this.zoom({ in: 1.6, out: 1 / 1.6, whole: 0 }[word], at.row, at.column);
    }

    // the pixel (row, column) stays where it is
    zoom(factor, row, column) {
      const zoom = Math.max(1, Math.min(CLOSEST, this.view.zoom * factor));
      const share = this.view.zoom / zoom;
      this.view = { zoom, x: column - (column - this.view.x) * share, y: row - (row - this.view.y) * share };
      this.keepInside();
      this.draw();
    }

    keepInside() {
      const { view } = this;
      view.x = Math.max(0, Math.min(this.width * (1 - 1 / view.zoom), view.x));
      view.y = Math.max(0, Math.min(this.height * (1 - 1 / view.zoom), view.y));
    }

    key(event) {
      const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
      const zooms = { "+": "in", "=": "in", "-": "out", 0: "whole" };
      if (event.ctrlKey || event.metaKey || !(event.key in steps || event.key in zooms)) return;
      event.preventDefault();
      if (event.key in zooms) return this.zoomBy(zooms[event.key]);
      const at = this.cursor ?? { row: this.height / 2, column: this.width / 2 };
      this.point(at.row + steps[event.key][0], at.column + steps[event.key][1]);
    }
  }

  async function part(name, found, maps) {
    const layers = await Promise.all(found.layers.map(Pixels.unpack));
    const truth = layers.find((layer) => layer.role === "truth");
    const sides = layers.filter((layer) => ["reference", "candidate"].includes(layer.role));
    const errors = truth && found.error ? sides.map((side) => Pixels.difference(side, truth, name === "phase")) : [];
    const rangeOf = (layer) => ({ error: found.error, difference: found.difference })[layer.role] ?? found.colours;
    const all = [...layers.filter((layer) => layer.role !== "difference"), ...errors, ...layers.filter((layer) => layer.role === "difference")];
    for (const layer of all) layer.picture = Pixels.paint(layer, rangeOf(layer), maps[rangeOf(layer).map]);
    const ranges = { [name]: found.colours };
    if (errors.length) ranges["sides less truth"] = found.error;
    if (found.difference) ranges["candidate less reference"] = found.difference;
    return { layers: all, ranges, unit: found.unit };
  }

  async function start() {
    Viewer.maps = Object.fromEntries(Object.entries(data.maps).map(([name, text]) => [name, Pixels.bytes(text)]));
    const names = Object.keys(data.parts);
    const parts = await Promise.all(names.map((name) => part(name, data.parts[name], Viewer.maps)));
    root.hidden = false;
    new Viewer(Object.fromEntries(names.map((name, i) => [name, parts[i]])));
    const steps = parts.flatMap((found) => found.layers.map((layer) => layer.step));
    const stride = data.stride > 1 ? ` Every pixel shown stands for ${data.stride} x ${data.stride} of the canvas.` : "";
    find("viewer-note").textContent = `Values are kept in 16 bits: exact to ${shown(Math.max(...steps) / 2)} or better.${stride}`;
    const montage = find("montage");
    if (montage) montage.hidden = true;
    root.dataset.ready = "yes";
  }

  start();
})();
