// Draws figures from the tables beside them: a table is what counts, a chart shows it again.
// <figure data-chart="bars" data-table="id of the table" data-unit="NZD">; cells carry data-value.

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

const written = (value, unit) =>
  `${value.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 })} ${unit}`;

const short = (value) =>
  Math.abs(value) >= 1e6 ? `${value / 1e6}M` : Math.abs(value) >= 1e3 ? `${value / 1e3}k` : `${value}`;

// The rows of a table: label, value and, of a forecast, the edges of its fan.
const read = (table) =>
  [...table.tBodies[0].rows].map((row) => {
    const number = (name) => {
      const cell = row.querySelector(`[data-${name}]`);
      return cell ? Number.parseFloat(cell.dataset[name]) : NaN;
    };
    const head = row.querySelector("th");
    return {
      label: (head.querySelector("a") || head).firstChild.textContent.trim(),
      value: number("value"),
      low: number("low"),
      high: number("high"),
      isLevel: "level" in row.dataset,
    };
  });

const frame = (rows, unit, style, width) => ({
  animation: false,
  aria: { enabled: false },
  textStyle: { fontFamily: style.fontFamily },
  grid: { left: 8, right: 12, top: 16, bottom: 4, outerBoundsMode: "same" },
  xAxis: {
    type: "category",
    data: rows.map((row) => row.label),
    axisTick: { show: false },
    axisLine: { lineStyle: { color: colour("line") } },
    axisLabel: {
      color: colour("soft"),
      fontSize: 10.5,
      lineHeight: 13,
      ...(width > 60 * rows.length ? { interval: 0, width: (width - 70) / rows.length, overflow: "break" } : { hideOverlap: true }),
    },
  },
  yAxis: {
    type: "value",
    splitNumber: 4,
    splitLine: { lineStyle: { color: colour("line") } },
    axisLabel: { color: colour("soft"), fontSize: 11, formatter: short },
  },
  tooltip: {
    trigger: "axis",
    renderMode: "richText",
    confine: true,
    axisPointer: { type: "none" },
    backgroundColor: colour("surface"),
    borderColor: colour("line"),
    textStyle: { color: colour("ink"), fontSize: 12 },
    formatter: (points) => {
      const row = rows[points[0].dataIndex];
      return `${row.label}\n${written(row.value, unit)}`;
    },
  },
});

const bars = (rows, tints) => [
  {
    type: "bar",
    barMaxWidth: 54,
    data: rows.map((row, index) => ({ value: row.value, itemStyle: { color: tints(row, index) } })),
  },
];

const charts = {
  // The older, the redder.
  bars: (rows) => bars(rows, (row, index) => colour(["accent", "accent", "warn", "warn", "bad"][index] || "bad")),

  columns: (rows) => bars(rows, () => colour("accent")),

  // Each change hangs where the ones before it have left the sum.
  waterfall: (rows) => {
    let sum = 0;
    const spans = rows.map((row) => {
      const from = row.isLevel ? 0 : sum;
      sum = row.isLevel ? row.value : sum + row.value;
      return [Math.min(from, sum), Math.abs(sum - from)];
    });
    const tint = (row) => colour(row.isLevel ? "accent" : row.value < 0 ? "bad" : "good");
    return [
      { type: "bar", stack: "all", silent: true, itemStyle: { color: "transparent" }, data: spans.map(([foot]) => foot) },
      {
        type: "bar",
        stack: "all",
        barMaxWidth: 54,
        data: spans.map(([, size], index) => ({ value: size, itemStyle: { color: tint(rows[index]) } })),
      },
    ];
  },

  forecast: (rows) => {
    const line = (data, type, width) => ({
      type: "line",
      showSymbol: false,
      data,
      lineStyle: { color: colour("accent"), type, width },
      itemStyle: { color: colour("accent") },
    });
    const edges = rows.some((row) => Number.isFinite(row.low))
      ? [line(rows.map((row) => row.low), "dashed", 1), line(rows.map((row) => row.high), "dashed", 1)]
      : [];
    return [line(rows.map((row) => row.value), "solid", 2.5), ...edges];
  },
};

// A waterfall's changes are lost beside its levels unless the axis begins near them; columns and
// bars keep their foot at nothing.
const floor = { waterfall: true, forecast: true };

const lowest = (kind, rows) => {
  if (!floor[kind]) return undefined;
  let sum = 0;
  const levels = rows.flatMap((row) => {
    sum = row.isLevel || kind === "forecast" ? row.value : sum + row.value;
    return [sum, row.low].filter(Number.isFinite);
  });
  const least = Math.min(...levels);
  const most = Math.max(...levels);
  if (least <= 0) return undefined;
  const step = 10 ** Math.floor(Math.log10(Math.max(most - least, most / 20)));
  return Math.max(0, Math.floor((least - (most - least) / 2) / step) * step);
};

const draw = (figure) => {
  const table = document.getElementById(figure.dataset.table);
  if (!table || !figure.clientWidth || window.matchMedia("print").matches) return;
  const rows = read(table);
  if (figure.dataset.chart === "columns") rows.reverse();
  const options = frame(rows, figure.dataset.unit, getComputedStyle(document.body), figure.clientWidth);
  options.yAxis.min = lowest(figure.dataset.chart, rows);
  options.series = charts[figure.dataset.chart](rows);
  const chart = echarts.getInstanceByDom(figure) || echarts.init(figure, null, { renderer: "svg" });
  chart.setOption(options, true);
  chart.resize();
  // Paper is narrower than the screen: there the drawing is scaled.
  const drawing = figure.querySelector("svg");
  drawing.setAttribute("viewBox", `0 0 ${figure.clientWidth} ${figure.clientHeight}`);
};

const drawAll = () => document.querySelectorAll("figure[data-chart]").forEach(draw);

document.addEventListener("DOMContentLoaded", drawAll);
document.addEventListener("htmx:afterSettle", drawAll);
// What was folded away has a width only once it is open.
document.addEventListener("toggle", drawAll, true);
window.addEventListener("resize", drawAll);
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
