package dev.mneme.api.rest;

import dev.mneme.api.http.BodySource;
import dev.mneme.api.json.JsonWriter;
import dev.mneme.api.json.ResponseMapping;
import dev.mneme.core.audit.ResponseService.Export;
import dev.mneme.core.model.ResponseSource;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/// An export as JSON lines: UTF-8, one record per line, each ended by a line feed.
///
/// @param export under way; holds one page at a time
record ResponseLines(Export export) implements BodySource {
    @Override
    public void writeTo(OutputStream out) throws IOException {
        for (List<ResponseSource> page = export.next(); !page.isEmpty(); page = export.next()) {
            for (ResponseSource source : page) {
                out.write(JsonWriter.bytes(ResponseMapping.resource(source)));
                out.write('\n');
            }
        }
    }
}
