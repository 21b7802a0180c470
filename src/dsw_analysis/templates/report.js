(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const make = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  // Search: how often the words typed occur, and with Enter from one place to the next; what is folded opens.
  const entries = all(".toc li a");
  const blocks = all("main :is(h2, h3, h4, p, li, dt, dd, th, td, caption, figcaption, summary, svg text)")
    .filter((block) => !block.closest("[popover], .get"));
  if (entries.length > 1) {
    const count = make("output", { className: "count" });
    const input = make("input", { type: "search", id: "filter", autocomplete: "off" });
    const text = (block) => block.textContent.toLocaleLowerCase("th");
    let found = [];
    let at = -1;
    const search = () => {
      const wanted = input.value.trim().toLocaleLowerCase("th");
      const holding = wanted === "" ? [] : blocks.filter((block) => text(block).includes(wanted));
      found = holding.filter((block) => !holding.some((other) => other !== block && block.contains(other)));
      at = -1;
      globalThis.CSS?.highlights?.delete("found");
      count.textContent = wanted === "" ? "" : found.length ? `พบ ${found.length} แห่ง กด Enter เพื่อไปยังแห่งถัดไป` : "ไม่พบ";
    };
    input.addEventListener("input", search);
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || found.length === 0) return;
      at = (at + (event.shiftKey ? found.length - 1 : 1)) % found.length;
      for (let box = found[at].closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
      found[at].scrollIntoView({ block: "center" });
      const range = document.createRange();
      range.selectNodeContents(found[at]);
      globalThis.CSS?.highlights?.set("found", new Highlight(range));
      count.textContent = `แห่งที่ ${at + 1} จาก ${found.length}`;
    });
    const label = make("label", { htmlFor: "filter" }, "ค้นหาในหน้านี้");
    document.querySelector(".toc summary").after(make("div", { className: "filter" }, label, input, count));
  }

  // Figures: buttons that give the drawing as a file of its own, in the colours of print, with typeface and marks.
  const faces = document.querySelector("style").textContent.match(/@font-face\{[^}]*\}/g).join("");
  const alone = (figure) => {
    const drawing = figure.querySelector(".drawn").cloneNode(true);
    const width = Math.max(drawing.getAttribute("width"), drawing.matches(".stretched") ? 640 : 0);
    const height = Number(drawing.getAttribute("height")) + 22;
    const given = { width, height, "font-family": "Sarabun, sans-serif" };
    if (!drawing.matches(".stretched")) given.viewBox = `0 0 ${width} ${height}`;
    Object.entries(given).forEach((attribute) => drawing.setAttribute(...attribute));
    const marks = all("figcaption .mark", figure).map((mark) => mark.title).join(" · ");
    drawing.insertAdjacentHTML("beforeend", `<style>${faces}</style><text y="${height - 6}" font-size="12">${marks}</text>`);
    return { width, height, src: `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(drawing))}` };
  };
  const painted = async ({ width, height, src }) => {
    const image = Object.assign(new Image(), { src });
    await image.decode();
    const canvas = make("canvas", { width: 2 * width, height: 2 * height });
    const context = canvas.getContext("2d");
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL();
  };
  for (const figure of all("main figure:has(.drawn):has(.get)")) {
    const link = figure.querySelector(".get a");
    const add = (form, give) => {
      const ariaLabel = link.ariaLabel.replace("ตาราง", "ภาพ").replace("(CSV)", `(${form})`);
      const button = make("button", { type: "button", ariaLabel }, form);
      button.addEventListener("click", async () => {
        make("a", { download: link.download.replace("csv", form.toLowerCase()), href: await give(alone(figure)) }).click();
      });
      link.parentElement.append(" ", button);
    };
    add("SVG", ({ src }) => src);
    add("PNG", painted);
  }

  // Contents: mark the section being read.
  const reading = new IntersectionObserver((seen) => {
    for (const { target } of seen.filter((entry) => entry.isIntersecting)) {
      for (const entry of entries) {
        if (entry.hash === `#${target.id}`) entry.setAttribute("aria-current", "true");
        else entry.removeAttribute("aria-current");
      }
    }
  }, { rootMargin: "0px 0px -80% 0px" });
  all("main > section").forEach((section) => reading.observe(section));

  // Tables: a button in a column's head sorts by it; numbers by value, texts in Thai order, blanks last.
  const order = new Intl.Collator("th", { numeric: true });
  const key = (row, column) => {
    const text = row.cells[column].textContent.trim();
    const number = text.match(/-?\d[\d,]*(?:\.\d+)?/);
    return { text, number: number && Number(number[0].replaceAll(",", "")) };
  };
  const compare = (a, b) => (a.number !== null && b.number !== null ? a.number - b.number : order.compare(a.text, b.text));
  for (const table of all("main .table:not(.roadmap, .half) table")) {
    const body = table.tBodies[0];
    const heads = table.tHead?.rows.length === 1 ? [...table.tHead.rows[0].cells] : [];
    if (body.rows.length < 3 || body.querySelector("[rowspan], [colspan]")) continue;
    heads.forEach((head, column) => {
      const button = make("button", { type: "button", ariaLabel: `เรียงตาม${head.textContent}` });
      button.addEventListener("click", () => {
        const turn = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", turn === 1 ? "ascending" : "descending");
        const rows = [...body.rows].map((row) => [key(row, column), row]);
        rows.sort(([a], [b]) => (a.text === "-") - (b.text === "-") || turn * compare(a, b));
        body.append(...rows.map(([, row]) => row));
      });
      head.append(button);
    });
  }
})();
