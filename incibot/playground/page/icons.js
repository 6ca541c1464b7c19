// The pictures on buttons, drawn in the colour of the text around them.

import {svg} from "./vendor/lit.js";

const stroke = (path) => svg`
  <svg class="sh-icon" viewBox="0 0 20 20" width="18" height="18" aria-hidden="true" focusable="false">
    <path d=${path} fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" />
  </svg>`;

const SMILE =
  "M10 17.5a7.5 7.5 0 1 1 0-15 7.5 7.5 0 0 1 0 15ZM7.2 8v.4M12.8 8v.4M6.8 11.6c.7 1.4 1.8 2.1 3.2 2.1s2.5-.7 3.2-2.1";

export const icons = {
  app: stroke("M4 7.5 10 4l6 3.5v6L10 17l-6-3.5ZM4 7.5l6 3.5 6-3.5M10 11v6"),
  archive: stroke("M3 4h14v4H3ZM4.5 8v8h11V8M8 11h4"),
  at: stroke(
    "M13 10a3 3 0 1 1-6 0 3 3 0 0 1 6 0Zm0 0v1.2c0 1.1.8 1.8 1.8 1.8s1.9-.9 1.9-3a6.7 6.7 0 1 0-2.6 5.3",
  ),
  back: stroke("M12 4 6 10l6 6"),
  bolt: stroke("M11 2.5 4.5 11.5H9.5L8.5 17.5 15.5 8.5H10.5Z"),
  close: stroke("M5 5l10 10M15 5 5 15"),
  console: stroke("M3 4h14v12H3ZM6 8l2.2 2L6 12M10.5 12.5H14"),
  copy: stroke(
    "M8.5 11.5a3 3 0 0 0 4.2 0l2.8-2.8a3 3 0 1 0-4.2-4.2L10 5.8M11.5 8.5a3 3 0 0 0-4.2 0l-2.8 2.8a3 3 0 1 0 4.2 4.2L10 14.2",
  ),
  down: stroke("M10 4v12M5 11l5 5 5-5"),
  edit: stroke("M4 16l.8-3.4L13.4 4l2.6 2.6-8.6 8.6Z"),
  eye: stroke(
    "M2.5 10S5 5 10 5s7.5 5 7.5 5-2.5 5-7.5 5-7.5-5-7.5-5Zm7.5 2.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4Z",
  ),
  file: stroke("M5 2.5h6.5L15 6v11.5H5ZM11.5 2.5V6H15"),
  hash: stroke("M8 3 6.5 17M13.5 3 12 17M3.5 7.5H17M3 12.5h13.5"),
  home: stroke("M3 9.5 10 3.5l7 6M5 8v8.5h10V8M8.3 16.5v-4.8h3.4v4.8"),
  lock: stroke("M5 9h10v8H5ZM7 9V6.5a3 3 0 0 1 6 0V9"),
  menu: stroke("M3 5.5h14M3 10h14M3 14.5h14"),
  moon: stroke("M16 11.8A6.5 6.5 0 0 1 8.2 4 6.5 6.5 0 1 0 16 11.8Z"),
  more: stroke("M10 4.5v.1M10 10v.1M10 15.5v.1"),
  people: stroke(
    "M7.5 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM2.5 16.5c.3-3 2.1-4.5 5-4.5s4.7 1.5 5 4.500M13 4a2.7 2.7 0 0 1 0 5.200M14.5 12.200c1.8.5 2.8 1.9 3 4.3",
  ),
  person: stroke("M10 9.500a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.400ZM4 17c.4-3.3 2.5-5 6-5s5.6 1.7 6 5"),
  pin: stroke("M10 12.500V18M6 12.500h8c0-2-1-3-2.3-3.800L12 3.500H8l.3 5.200C7 9.5 6 10.5 6 12.500Z"),
  plus: stroke("M10 4v12M4 10h12"),
  react: stroke(SMILE),
  reply: stroke("M3 4.500h14v9.500H9.500L6 17v-3H3Z"),
  send: stroke("M3 3.5 17.5 10 3 16.5 5 10ZM5 10h6"),
  sun: stroke(
    "M10 13.200a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.400ZM10 2.500v1.300M10 16.200v1.300M2.5 10h1.300M16.2 10h1.300M4.7 4.700l.9.9M14.4 14.400l.9.9M4.7 15.300l.9-.9M14.4 5.600l.9-.9",
  ),
  trash: stroke("M4 5.500h12M8 5.500V3.500h4v2M5.5 5.5 6.3 17h7.400l.8-11.5"),
};
