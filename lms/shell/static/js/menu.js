// A <details> menu closes when the reader presses Escape or goes elsewhere.
export function closingMenu(menu) {
  const close = () => menu.removeAttribute("open");

  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    close();
    menu.querySelector("summary").focus();
    event.stopPropagation();
  });
  document.addEventListener("click", (event) => {
    if (menu.open && !menu.contains(event.target)) close();
  });
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) close();
  });
}

// A long group is folded where it would push the content off the first screen.
export function foldOnPhone(details) {
  if (matchMedia("(max-width: 991.98px)").matches && !details.querySelector("[aria-current], :checked")) {
    details.removeAttribute("open");
  }
}
