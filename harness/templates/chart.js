// Values of the curves under the pointer, or at a place that the arrow keys move.
"use strict";
(() => {
  const PLOT = { left: 66, right: 626, width: 640 }; // pixels of the SVG, as chart.py lays it out

  function shown(value) {
    return value === null || value === undefined ? "-" : String(Number(value.toPrecision(4)));
  }

  function place(x, values) {
    return values.log ? Math.log10(x) : x;
  }

  function nearest(places, x) {
    let best = 0;
    for (let i = 1; i < places.length; i++) if (Math.abs(places[i] - x) < Math.abs(places[best] - x)) best = i;
    return best;
  }

  class Chart {
    constructor(figure) {
      this.values = JSON.parse(document.getElementById(figure.dataset.values).textContent);
      this.plot = figure.querySelector(".plot");
      this.cursor = figure.querySelector(".cursor");
      this.cells = [...figure.querySelectorAll(".keys .value")];
      this.at = figure.querySelector(".keys .at");
      this.places = [...new Set(this.values.lines.flatMap((line) => line.x))].sort((a, b) => a - b);
      this.index = null;
      this.plot.addEventListener("pointermove", (event) => this.point(event));
      this.plot.addEventListener("pointerleave", () => this.clear());
      this.plot.addEventListener("blur", () => this.clear());
      this.plot.addEventListener("keydown", (event) => this.key(event));
    }

    point(event) {
      const box = this.plot.querySelector("svg").getBoundingClientRect();
      const pixel = ((event.clientX - box.left) / box.width) * PLOT.width;
      const share = (pixel - PLOT.left) / (PLOT.right - PLOT.left);
      const at = this.places.map((x) => place(x, this.values));
      this.show(nearest(at, this.values.left + share * (this.values.right - this.values.left)));
    }

    key(event) {
      const last = this.places.length - 1;
      const now = this.index ?? -1;
      const moves = { ArrowRight: Math.min(now + 1, last), ArrowLeft: Math.max(now - 1, 0), Home: 0, End: last };
      if (event.key in moves) {
        event.preventDefault();
        this.show(moves[event.key]);
      } else if (event.key === "Escape") this.clear();
    }

    show(index) {
      if (!this.places.length) return;
      this.index = index;
      const x = this.places[index];
      const pixel = PLOT.left + ((place(x, this.values) - this.values.left) / (this.values.right - this.values.left)) * (PLOT.right - PLOT.left);
      this.cursor.setAttribute("x1", pixel);
      this.cursor.setAttribute("x2", pixel);
      this.cursor.setAttribute("visibility", "visible");
      this.at.textContent = `at ${this.values.x} ${shown(x)}`;
      this.values.lines.forEach((line, number) => {
        const which = line.x.indexOf(x);
        this.cells[number].textContent = which < 0 ? "" : line.y[which] === null ? "not finite" : shown(line.y[which]);
      });
    }

    clear() {
      this.index = null;
      this.cursor.setAttribute("visibility", "hidden");
      this.at.textContent = "";
      for (const cell of this.cells) cell.textContent = "";
    }
  }

  for (const figure of document.querySelectorAll("figure.chart")) new Chart(figure);
})();
