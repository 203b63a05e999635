package dev.mneme.cli.imports;

import dev.mneme.cli.terminal.Failure;
import java.io.IOException;
import java.util.Locale;
import java.util.Set;

/// The formats that `mneme import` reads.
public enum ImportFormat {
    /// Records with ids, versions and vectors, as `mneme export` writes them.
    MNEME("an export of Mneme"),
    /// Answers of mem0: objects, arrays of them, pages; one document or several.
    MEM0("a mem0 export"),
    /// One memory a line, in the form of `POST /memories`.
    JSONL("JSON lines"),
    /// A header, and one memory a row.
    CSV("CSV");

    /// How much of a file is looked at to find its format.
    public static final int BEGINNING = 1 << 16;

    private static final String HINT = " Say what it is with --format mem0, jsonl or csv.";
    private static final Set<String> ITEM = Set.of("text", "memory", "data", "content", "message", "payload");

    private final String shown;

    ImportFormat(String shown) {
        this.shown = shown;
    }

    public String shown() {
        return shown;
    }

    /// The format of a file, by its first 64 KiB.
    ///
    /// @param beginning without a byte order mark
    /// @throws Failure when the format is unclear: it says why, and what to do
    public static ImportFormat of(byte[] beginning) {
        requireText(beginning);
        int first = firstByte(beginning);
        return switch (first < 0 ? ' ' : beginning[first]) {
            case ' ' -> throw Failure.usage("The file is empty: there is nothing to import.");
            case '[' -> MEM0;
            case '{' -> ofObject(beginning);
            default -> ofHeader(beginning);
        };
    }

    /// @throws Failure for a file that is compressed, of another encoding, or no text at all
    public static void requireText(byte[] beginning) {
        if (starts(beginning, 0x1f, 0x8b)) {
            throw Failure.usage("The file is compressed: gunzip -c FILE | mneme import -");
        }
        if (starts(beginning, 'P', 'K', 3, 4)) {
            throw Failure.usage("The file is a ZIP archive, or a spreadsheet: unpack it, or save it as CSV in UTF-8.");
        }
        if (starts(beginning, 0xff, 0xfe) || starts(beginning, 0xfe, 0xff)) {
            throw Failure.usage("The file is UTF-16: iconv -f UTF-16 -t UTF-8 FILE | mneme import -");
        }
        for (byte each : beginning) {
            if (each == 0) {
                throw Failure.usage("The file holds NUL bytes: it is no text in UTF-8.");
            }
        }
    }

    private static boolean starts(byte[] bytes, int... with) {
        for (int i = 0; i < with.length; i++) {
            if (bytes.length <= i || (bytes[i] & 0xff) != with[i]) {
                return false;
            }
        }
        return true;
    }

    private static int firstByte(byte[] bytes) {
        for (int i = 0; i < bytes.length; i++) {
            if (" \t\r\n".indexOf(bytes[i]) < 0) {
                return i;
            }
        }
        return -1;
    }

    private static ImportFormat ofObject(byte[] beginning) {
        JsonBeginning object = JsonBeginning.of(beginning);
        if (object.names().contains("export")) {
            return MNEME;
        }
        if (object.holdsList()
                || object.names().contains("memory")
                || object.names().contains("payload")) {
            return MEM0;
        }
        if (object.names().stream().noneMatch(ITEM::contains)) {
            throw Failure.usage("The file begins with a JSON object that has neither a list of memories (results,"
                    + " memories) nor a text (text, memory)." + HINT);
        }
        return object.onOneLine() ? JSONL : MEM0;
    }

    private static ImportFormat ofHeader(byte[] beginning) {
        if (CsvHeader.find(beginning).namesText()) {
            return CSV;
        }
        throw Failure.usage("The file is neither JSON nor CSV with a header that has a column text or memory." + HINT);
    }

    /// The format with this name on the command line.
    public static ImportFormat typed(String name) {
        return switch (name) {
            case "mneme" -> MNEME;
            case "mem0" -> MEM0;
            case "jsonl" -> JSONL;
            case "csv" -> CSV;
            default -> throw Failure.usage("There is no format '" + name + "': auto, mneme, mem0, jsonl or csv.");
        };
    }

    /// The memories of a file in this format; not for Mneme's own export.
    public MemorySource open(CountedInput in, byte[] beginning, MemoryFields fields) throws IOException {
        return switch (this) {
            case CSV -> new CsvSource(in, CsvHeader.of(beginning), fields);
            case JSONL -> new JsonLineSource(in, fields);
            case MEM0 ->
                JsonBeginning.of(beginning).oneItemALine()
                        ? new JsonLineSource(in, fields)
                        : new JsonDocumentSource(in, fields);
            case MNEME -> throw new IllegalArgumentException("records are imported by RecordImport");
        };
    }

    /// Its name on the command line.
    public String typed() {
        return name().toLowerCase(Locale.ROOT);
    }
}
