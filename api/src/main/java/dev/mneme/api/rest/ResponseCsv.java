package dev.mneme.api.rest;

import dev.mneme.api.http.BodySource;
import dev.mneme.api.json.JsonWriter;
import dev.mneme.api.json.ResponseMapping;
import dev.mneme.core.audit.ResponseService.Export;
import dev.mneme.core.model.ResponseSource;
import dev.mneme.wire.ResponseResource;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An export as CSV (RFC 4180): UTF-8, a header line, CRLF, metadata as JSON in one cell.
///
/// A text that a spreadsheet would take for a formula (its first visible character is one of `= + - @`, in their wide
/// forms too, or it begins with a tab or a line break) gets a `'` before it, as OWASP advises under "CSV Injection".
///
/// @param export under way; holds one page at a time
record ResponseCsv(Export export) implements BodySource {
    private static final String HEADER = "userId,instanceId,chatId,messageId,mode,sourceType,provider,model,"
            + "confidence,responseHash,timestamp,metadata\r\n";
    private static final String FORMULA = "=+-@\uff1d\uff0b\uff0d\uff20";

    @Override
    public void writeTo(OutputStream out) throws IOException {
        write(out, HEADER);
        for (List<ResponseSource> page = export.next(); !page.isEmpty(); page = export.next()) {
            for (ResponseSource source : page) {
                write(out, line(ResponseMapping.resource(source)));
            }
        }
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String line(ResponseResource source) {
        Double confidence = source.confidence();
        return String.join(
                        ",",
                        cell(source.userId()),
                        cell(source.instanceId()),
                        cell(source.chatId().toString()),
                        cell(source.messageId().toString()),
                        cell(source.mode()),
                        cell(source.sourceType()),
                        cell(source.provider()),
                        cell(source.model()),
                        confidence == null ? "" : JsonWriter.string(confidence),
                        cell(source.responseHash()),
                        cell(source.timestamp()),
                        cell(JsonWriter.string(source.metadata())))
                + "\r\n";
    }

    /// A text as a cell, safe to open.
    static String cell(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return "";
        }
        String safe = isFormula(text) ? "'" + text : text;
        boolean plain = safe.chars().noneMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n');
        return plain ? safe : '"' + safe.replace("\"", "\"\"") + '"';
    }

    private static boolean isFormula(String text) {
        String visible = text.stripLeading();
        return "\t\r\n".indexOf(text.charAt(0)) >= 0 || (!visible.isEmpty() && FORMULA.indexOf(visible.charAt(0)) >= 0);
    }
}
