/** Light or dark: what the phone says, unless the person said otherwise. */

/** @param {string} theme "light", "dark" or "" for what the phone says */
export function showTheme(theme = localStorage.getItem("theme") ?? "") {
  const dark = theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches
  document.documentElement.dataset.kernTheme = dark ? "dark" : "light"
  document.querySelector('meta[name="theme-color"]')?.setAttribute("content", dark ? "#1d2034" : "#ffffff")
}
