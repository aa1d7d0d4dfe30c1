// Finds faults of a page and describes each in a text: words that overlap or leave their drawing, words that are too small or too pale,
// and a page that is wider than its window. `frames` are iframes that show the page at several widths.
function faults(frames) {
  const found = [];
  const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
  const luminance = (colour) => {
    const [r, g, b] = channels(colour).map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };
  for (const frame of frames) {
    const page = frame.contentDocument, at = frame.clientWidth + " px";
    const paper = frame.contentWindow.getComputedStyle(page.body).backgroundColor;
    const style = (e) => frame.contentWindow.getComputedStyle(e);
    if (page.documentElement.scrollWidth > frame.clientWidth)
      found.push(at + ": the page is " + page.documentElement.scrollWidth + " px wide");
    for (const e of page.querySelectorAll("p, li, td, th, h1, h2, figcaption"))
      if (contrast(style(e).color, paper) < 4.5) found.push(at + ": too pale: " + e.textContent.slice(0, 40));
    page.querySelectorAll("svg").forEach((svg, n) => {
      const where = at + ", drawing " + (n + 1) + ": ", whole = svg.getBoundingClientRect();
      const words = [...svg.querySelectorAll("text")].filter((t) => t.textContent.trim() !== "");
      const boxes = words.map((t) => t.getBoundingClientRect());
      words.forEach((t, i) => {
        const b = boxes[i], text = t.textContent.trim();
        if (b.left < whole.left - 1 || b.right > whole.right + 1 || b.top < whole.top - 1 || b.bottom > whole.bottom + 1)
          found.push(where + text + " leaves it");
        if (Math.min(b.width / Math.max(1, text.length), b.height) * 1.8 < 8 && b.height < 9) found.push(where + text + " is too small");
        if (contrast(style(t.firstElementChild || t).fill, paper) < 4.5) found.push(where + text + " is too pale");
        for (let j = 0; j < i; ++j) {
          const o = boxes[j], across = Math.min(b.right, o.right) - Math.max(b.left, o.left);
          if (across > 1 && Math.min(b.bottom, o.bottom) - Math.max(b.top, o.top) > 2)
            found.push(where + text + " lies on " + words[j].textContent.trim());
        }
      });
      for (const path of svg.querySelectorAll("path")) {
        const s = style(path);
        if (parseFloat(s.strokeWidth) >= 2 && s.stroke !== "none" && contrast(s.stroke, paper) < 2.5)
          found.push(where + "a curve in " + s.stroke + " is too pale");
      }
    });
  }
  return found;
}
