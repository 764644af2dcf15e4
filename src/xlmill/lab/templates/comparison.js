// Figures where the reader points, and pictures as pixels. Without this the page shows the same, with the browser's own tips.
for (const page of document.querySelectorAll(".xlmill:not([data-live])")) {
  page.dataset.live = "";
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.role = "status";
  tip.hidden = true;
  page.append(tip);
  let now = null;

  const leave = () => {
    now?.classList.remove("now");
    now = null;
    tip.hidden = true;
  };

  const show = (mark) => {
    if (mark === now) return;
    leave();
    now = mark;
    mark.classList.add("now");
    tip.textContent = mark.dataset.tip;
    tip.hidden = false;
    place();
  };

  const place = () => {
    const at = now.getBoundingClientRect();
    const left = Math.min(Math.max(at.x + at.width / 2 - tip.offsetWidth / 2, 8), innerWidth - tip.offsetWidth - 8);
    const above = at.y - tip.offsetHeight - 10;
    tip.style.left = `${left}px`;
    tip.style.top = `${above > 4 ? above : at.bottom + 10}px`;
  };

  // What a toggle hides takes no part.
  const shown = (drawing) => [...drawing.querySelectorAll(".mark")].filter((mark) => mark.getClientRects().length);

  const nearest = (drawing, x, y, reach) => {
    let best = null;
    for (const mark of shown(drawing)) {
      const { left, right, top, bottom } = mark.getBoundingClientRect();
      const distance = Math.hypot(Math.max(left - x, 0, x - right), Math.max(top - y, 0, y - bottom));
      if (distance < reach) [best, reach] = [mark, distance];
    }
    return best;
  };

  for (const drawing of page.querySelectorAll("figure > svg")) {
    for (const mark of drawing.querySelectorAll(".mark")) {
      const title = mark.querySelector("title");
      mark.dataset.tip = title.textContent;
      title.remove();
    }
    const point = (event) => {
      const mark = event.target.closest(".mark") ?? nearest(drawing, event.clientX, event.clientY, 28);
      if (mark) show(mark);
      else leave();
    };
    drawing.addEventListener("pointermove", point);
    drawing.addEventListener("pointerdown", point);
    // A finger that is lifted leaves too, and its reader has only begun to read.
    drawing.addEventListener("pointerleave", (event) => event.pointerType !== "touch" && leave());
    drawing.addEventListener("blur", leave);
    drawing.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (event.key === "Escape") leave();
      if (!step) return;
      event.preventDefault();
      const marks = shown(drawing);
      const place = marks.indexOf(now);
      const next = place < 0 ? (step > 0 ? 0 : marks.length - 1) : (place + step + marks.length) % marks.length;
      if (marks.length) show(marks[next]);
    });
  }
  // A drawing that takes the focus is scrolled to, which must not hide what its reader asked for.
  addEventListener("scroll", () => now && place(), { passive: true });

  for (const button of page.querySelectorAll("button.png")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const link = button.parentElement.querySelector("a[download]");
      const picture = new Image();
      picture.src = link.href;
      await picture.decode();
      const canvas = document.createElement("canvas");
      canvas.width = 2 * picture.naturalWidth;
      canvas.height = 2 * picture.naturalHeight;
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      const saved = document.createElement("a");
      saved.download = link.download.replace(/svg$/, "png");
      saved.href = canvas.toDataURL("image/png");
      saved.click();
    });
  }
}
