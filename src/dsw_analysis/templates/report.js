(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const make = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  // Filter: show only the sections that hold the words typed.
  const entries = all(".toc li a");
  const sections = all("main > section[data-filter]");
  if (sections.length > 1) {
    const count = make("output", { className: "count" });
    const input = make("input", { type: "search", id: "filter", autocomplete: "off" });
    const show = () => {
      const wanted = input.value.trim().toLocaleLowerCase("th");
      let left = 0;
      for (const section of sections) {
        section.hidden = wanted !== "" && !section.textContent.toLocaleLowerCase("th").includes(wanted);
        left += !section.hidden;
        const entry = entries.find((a) => a.hash === `#${section.id}`);
        if (entry) entry.parentElement.hidden = section.hidden;
      }
      count.textContent = wanted === "" ? "" : left ? `พบใน ${left} จาก ${sections.length} ส่วน` : "ไม่พบในส่วนใด";
    };
    input.addEventListener("input", show);
    // A link into a hidden section must still lead there.
    addEventListener("hashchange", () => {
      const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
      if (target?.closest("[hidden]")) {
        input.value = "";
        show();
        target.scrollIntoView();
      }
    });
    const label = make("label", { htmlFor: "filter" }, "ค้นหาในส่วนต่าง ๆ");
    document.querySelector(".toc summary").after(make("div", { className: "filter" }, label, input, count));
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
  for (const table of all("main .table:not(.roadmap) table")) {
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
