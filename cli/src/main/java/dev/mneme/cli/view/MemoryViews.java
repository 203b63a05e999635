package dev.mneme.cli.view;

import dev.mneme.cli.connection.Session;
import dev.mneme.cli.terminal.Printable;
import dev.mneme.client.JsonView;
import java.time.Instant;
import java.util.List;

/// Shows memories to a person.
public final class MemoryViews {
    private MemoryViews() {}

    public static void one(Session session, JsonView memory) {
        if (session.quiet()) {
            session.console().print(Printable.line(memory.at("id").text()));
            return;
        }
        new Sheet()
                .line("id", memory.at("id").text())
                .line("text", memory.at("text").text())
                .line("user", memory.at("userId").text())
                .line("agent", memory.at("agentId").text())
                .line("app", memory.at("appId").text())
                .line("run", memory.at("runId").text())
                .line("role", memory.at("role").text())
                .line("categories", memory.at("categories").text())
                .line(
                        "metadata",
                        emptyObject(memory.at("metadata"))
                                ? ""
                                : memory.at("metadata").text())
                .line("said", Times.shown(memory.at("timestamp").text()))
                .line("created", Times.shown(memory.at("createdAt").text()))
                .line("updated", Times.shown(memory.at("updatedAt").text()))
                .line("expires", Times.shown(memory.at("expiresAt").text()))
                .line("version", memory.at("version").text())
                .line("replaced by", memory.at("replacedBy").text())
                .printTo(session.console());
    }

    private static boolean emptyObject(JsonView view) {
        return view.isObject() && view.members().isEmpty();
    }

    public static void list(Session session, List<JsonView> memories) {
        if (session.quiet()) {
            memories.forEach(memory ->
                    session.console().print(Printable.line(memory.at("id").text())));
            return;
        }
        Instant now = session.console().clock().instant();
        Table table = new Table("ID", "UPDATED", "VERSION", "CATEGORIES", "TEXT");
        for (JsonView memory : memories) {
            table.row(
                    memory.at("id").text(),
                    Times.age(memory.at("updatedAt").text(), now),
                    memory.at("version").text(),
                    memory.at("categories").text(),
                    memory.at("text").text());
        }
        table.printTo(session.console());
    }
}
