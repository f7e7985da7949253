package io.zsync.cli;

import java.util.List;

/** One table of a page. A cell that begins with {@code *} holds words, every other one a figure, which may have markup. */
final class HtmlTable {
    private final StringBuilder html = new StringBuilder();
    private boolean empty = true;

    HtmlTable(String caption) {
        String text = BenchTables.text(caption);
        html.append("<p class=\"caption\">")
                .append(text)
                .append("</p>\n<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"")
                .append(text)
                .append("\"><table>\n");
    }

    void head(String... cells) {
        html.append("<thead><tr>");
        for (String cell : cells) {
            boolean words = cell.startsWith("*");
            html.append(words ? "<th scope=\"col\" class=\"text\">" : "<th scope=\"col\">")
                    .append(BenchTables.text(words ? cell.substring(1) : cell))
                    .append("</th>");
        }
        html.append("</tr></thead>\n<tbody>\n");
    }

    /** @param first of a group */
    void row(boolean first, List<String> cells) {
        empty = false;
        html.append(first ? "<tr class=\"first\">" : "<tr>");
        for (String cell : cells) {
            boolean words = cell.startsWith("*");
            html.append(words ? "<td class=\"text\">" + BenchTables.text(cell.substring(1)) : "<td>" + cell)
                    .append("</td>");
        }
        html.append("</tr>\n");
    }

    boolean isEmpty() {
        return empty;
    }

    @Override
    public String toString() {
        return html + "</tbody></table></div>\n";
    }
}
