// The summary of a form's errors takes the focus when the page opens, so that it is read first.
export function focusOnce(element) {
  element.focus();
}
