'use strict';
(() => {
  const root = document.documentElement;
  window.addEventListener('error', event => { root.dataset.error = event.message; });

  const figures = JSON.parse(document.getElementById('figures').textContent);
  const rows = figures.filter(each => each.event === 'row');
  const dark = window.matchMedia('(prefers-color-scheme: dark)');

  // Okabe and Ito's colours, which people tell apart whatever they see.
  const PATHS = {
    'sendfile': ['#0072b2', '#56a8e0'],
    'mapped': ['#d98a00', '#f0b040'],
    'buffered': ['#009e73', '#3cc79b'],
    'copy-range': ['#c0588f', '#e08fc0'],
    'clone': ['#7a5cc7', '#a78ff0'],
  };
  const colour = path => PATHS[path][dark.matches ? 1 : 0];
  const ink = name => getComputedStyle(root).getPropertyValue(name).trim();

  const text = bytes => {
    const units = [['GB', 1e9], ['GiB', 2 ** 30], ['MB', 1e6], ['MiB', 2 ** 20], ['kB', 1e3], ['KiB', 2 ** 10]];
    const unit = units.find(([, length]) => bytes % length === 0);
    return unit ? `${bytes / unit[1]} ${unit[0]}` : `${bytes} B`;
  };
  const number = value => value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toPrecision(3);
  const distinct = values => [...new Set(values)];

  /** Lines from the least to the greatest of a bar. */
  const whiskers = {
    id: 'whiskers',
    afterDatasetsDraw(chart) {
      const context = chart.ctx;
      context.save();
      context.strokeStyle = ink('--ink');
      context.lineWidth = 1;
      chart.data.datasets.forEach((dataset, index) => {
        const meta = chart.getDatasetMeta(index);
        if (meta.hidden || !dataset.spreads) {
          return;
        }
        meta.data.forEach((bar, at) => {
          const spread = dataset.spreads[at];
          if (!spread) {
            return;
          }
          const high = chart.scales.y.getPixelForValue(spread.max);
          const low = chart.scales.y.getPixelForValue(spread.min);
          const reach = Math.min(4, (bar.width || 8) / 3);
          context.beginPath();
          context.moveTo(bar.x, high);
          context.lineTo(bar.x, low);
          for (const end of [high, low]) {
            context.moveTo(bar.x - reach, end);
            context.lineTo(bar.x + reach, end);
          }
          context.stroke();
        });
      });
      context.restore();
    },
  };

  const options = (unit, logarithmic, most) => ({
    animation: false,
    responsive: true,
    maintainAspectRatio: false,
    interaction: {mode: 'index', intersect: false},
    scales: {
      x: {ticks: {color: ink('--quiet')}, grid: {display: false}, border: {color: ink('--line')}},
      y: {
        type: logarithmic ? 'logarithmic' : 'linear',
        beginAtZero: true,
        suggestedMax: most,
        title: {display: true, text: unit, color: ink('--quiet')},
        ticks: {color: ink('--quiet'), maxTicksLimit: 8, callback: value => Number(value.toPrecision(3)).toLocaleString('en')},
        grid: {color: ink('--line')},
        border: {color: ink('--line')},
      },
    },
    plugins: {
      legend: {position: 'bottom', labels: {color: ink('--ink'), boxWidth: 14}},
      tooltip: {
        callbacks: {
          label: item => {
            const spread = item.dataset.spreads && item.dataset.spreads[item.dataIndex];
            const range = spread ? ` (${number(spread.min)} to ${number(spread.max)})` : '';
            return ` ${item.dataset.label}: ${number(item.raw)} ${unit}${range}`;
          },
        },
      },
    },
  });

  const scaled = (spread, factor) =>
    ({median: spread.median * factor, min: spread.min * factor, max: spread.max * factor});
  const MEASURES = {
    throughput: {unit: 'GB/s', of: row => scaled(row.bytes_per_second, 1e-9)},
    cpu: {unit: 'CPU seconds per GB', of: row => row.sender.cpu_seconds_per_gb},
  };

  const bars = canvas => {
    const measure = MEASURES[canvas.dataset.measure];
    const table = rows.filter(row => row.table === canvas.dataset.table);
    const checked = canvas.dataset.checked;
    const chosen = table.filter(row => checked === undefined || String(row.checked) === checked);
    const sizes = distinct(chosen.map(row => row.bytes));
    const datasets = Object.keys(PATHS).filter(path => chosen.some(row => row.path === path)).map(path => {
      const spreads = sizes.map(size => {
        const row = chosen.find(each => each.bytes === size && each.path === path);
        return row ? measure.of(row) : null;
      });
      return {
        label: path,
        data: spreads.map(spread => spread ? spread.median : null),
        spreads,
        backgroundColor: colour(path),
        maxBarThickness: 34,
      };
    });
    // Charts that stand side by side have one scale.
    const most = Math.max(...table.map(row => measure.of(row).max));
    // What shares blocks is a thousand times as fast as what copies them.
    const logarithmic = datasets.some(dataset => dataset.label === 'clone');
    return {
      type: 'bar',
      data: {labels: sizes.map(text), datasets},
      options: options(measure.unit, logarithmic, logarithmic ? undefined : most),
      plugins: [whiskers],
    };
  };

  const ibm = () => {
    const there = rows.filter(row => row.ibm_seconds !== undefined && row.checked === false);
    const sizes = distinct(there.map(row => row.bytes));
    const line = (label, path, value, dashed) => ({
      label,
      data: sizes.map(size => value(there.find(row => row.bytes === size && row.path === path))),
      borderColor: colour(path),
      backgroundColor: colour(path),
      borderDash: dashed ? [6, 4] : [],
      pointRadius: 3,
    });
    const look = options('milliseconds', true, undefined);
    Object.assign(look.plugins.legend.labels, {usePointStyle: true, pointStyle: 'line', pointStyleWidth: 40});
    return {
      type: 'line',
      data: {
        labels: sizes.map(text),
        datasets: [
          line('IBM 2008, read and write', 'buffered', row => row.ibm_seconds * 1e3, true),
          line('IBM 2008, transferTo', 'sendfile', row => row.ibm_seconds * 1e3, true),
          line('here, buffered', 'buffered', row => row.seconds.median * 1e3, false),
          line('here, sendfile', 'sendfile', row => row.seconds.median * 1e3, false),
        ],
      },
      options: look,
    };
  };

  let drawn = [];
  const draw = () => {
    drawn.forEach(chart => chart.destroy());
    drawn = [...document.querySelectorAll('canvas')].map(canvas =>
      new Chart(canvas, canvas.dataset.measure === 'ibm' ? ibm() : bars(canvas)));
    root.dataset.charts = drawn.length;
  };
  draw();
  dark.addEventListener('change', draw);
  window.addEventListener('beforeprint', () => drawn.forEach(chart => chart.resize()));
})();
