package dev.mneme.cli.imports;

import dev.mneme.cli.terminal.Failure;
import dev.mneme.cli.terminal.Printable;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// The first row of a CSV file.
///
/// @param separator between two cells: a comma, a semicolon or a tab
/// @param columns their names, in order
/// @param announced whether a line `sep=;`, as Excel writes it, comes first
record CsvHeader(char separator, List<String> columns, boolean announced) {
    private static final String ANNOUNCEMENT = "sep=";

    private static final char[] SEPARATORS = {',', ';', '\t'};

    /// The header, if it can be used.
    ///
    /// @param beginning of the file, without a byte order mark
    /// @throws Failure when no column is a memory's text, a column is unknown, or two mean the same
    static CsvHeader of(byte[] beginning) {
        CsvHeader header = find(beginning);
        header.requireUsable();
        return header;
    }

    /// The separator, of the three, under which most columns are known.
    static CsvHeader find(byte[] beginning) {
        String text = new String(beginning, StandardCharsets.UTF_8); // a character may be cut, or the rest no UTF-8
        int line = text.indexOf('\n');
        String first = line < 0 ? "" : text.substring(0, line).strip();
        if (first.toLowerCase(Locale.ROOT).startsWith(ANNOUNCEMENT) && line > ANNOUNCEMENT.length()) {
            return read(text.substring(line + 1), text.charAt(ANNOUNCEMENT.length()), true);
        }
        CsvHeader best = read(text, ',', false);
        for (char separator : SEPARATORS) {
            CsvHeader header = read(text, separator, false);
            if (header.known() > best.known()) {
                best = header;
            }
        }
        return best;
    }

    boolean namesText() {
        return columns.stream().anyMatch(MemoryFields::isText);
    }

    private static CsvHeader read(String text, char separator, boolean announced) {
        try (CsvRows rows = new CsvRows(new StringReader(text), separator)) {
            List<String> columns = rows.next();
            return new CsvHeader(separator, columns == null ? List.of() : stripped(columns), announced);
        } catch (IOException noRow) {
            return new CsvHeader(separator, List.of(), announced);
        }
    }

    private static List<String> stripped(List<String> columns) {
        return columns.stream().map(String::strip).toList();
    }

    private long known() {
        return columns.stream().filter(MemoryFields::isColumn).count();
    }

    private void requireUsable() {
        List<String> unknown = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (String column : columns) {
            if (!MemoryFields.isColumn(column)) {
                unknown.add(column);
            } else if (!seen.add(column)) {
                throw Failure.usage("The header names the column " + Printable.line(column) + " twice.");
            }
        }
        if (!namesText()) {
            throw Failure.usage("The CSV has no column text or memory. The first row must name the columns.");
        }
        if (!unknown.isEmpty()) {
            throw Failure.usage("The CSV has columns that are not known: "
                    + Printable.line(String.join(", ", unknown)) + ". Call one metadata."
                    + Printable.line(unknown.getFirst()) + " to keep it, or take it out.");
        }
    }
}
