// The arrays of a page: unpacking, differences, and painting in a colour map. See panels/viewer.py for the format.
"use strict";
const Pixels = (() => {
  const NOTHING = 65535;

  function bytes(base64) {
    return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  }

  async function unpack(layer) {
    const stream = new Blob([bytes(layer.data)]).stream().pipeThrough(new DecompressionStream("deflate"));
    const planes = new Uint8Array(await new Response(stream).arrayBuffer());
    const [height, width] = layer.shape;
    const count = width * height;
    const values = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      const code = planes[i] * 256 + planes[count + i];
      values[i] = code === NOTHING ? NaN : layer.low + layer.step * code;
    }
    return { name: layer.name, role: layer.role, width, height, values, step: layer.step };
  }

  // own - other; of phases, the shorter way round the circle
  function difference(own, other, isPhase) {
    const values = own.values.map((value, i) => {
      const gap = value - other.values[i];
      return isPhase ? gap - 2 * Math.PI * Math.round(gap / (2 * Math.PI)) : gap;
    });
    return { ...own, name: `${own.name} - ${other.name}`, role: "error", values };
  }

  // a canvas of the size of the picture; what has no value stays transparent
  function paint(layer, range, map) {
    const canvas = document.createElement("canvas");
    canvas.width = layer.width;
    canvas.height = layer.height;
    const context = canvas.getContext("2d");
    const image = context.createImageData(layer.width, layer.height);
    const scale = 256 / (range.high - range.low || 1);
    layer.values.forEach((value, i) => {
      if (Number.isNaN(value)) return;
      const level = 3 * Math.max(0, Math.min(255, Math.floor((value - range.low) * scale)));
      image.data.set([map[level], map[level + 1], map[level + 2], 255], 4 * i);
    });
    context.putImageData(image, 0, 0);
    return canvas;
  }

  return { bytes, unpack, difference, paint };
})();
