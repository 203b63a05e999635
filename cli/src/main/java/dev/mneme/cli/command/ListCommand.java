package dev.mneme.cli.command;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.mneme.cli.connection.Session;
import dev.mneme.cli.option.PageOptions;
import dev.mneme.cli.option.ScopeOptions;
import dev.mneme.cli.option.Typed;
import dev.mneme.cli.terminal.ExitStatus;
import dev.mneme.cli.terminal.Failure;
import dev.mneme.cli.view.MemoryViews;
import dev.mneme.client.Answer;
import dev.mneme.client.JsonText;
import dev.mneme.client.JsonView;
import dev.mneme.client.Query;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Lists memories, a page at a time.
@Command(
        name = "list",
        header = "List memories, newest first.",
        customSynopsis = "mneme list [options]",
        footerHeading = "%nExamples:%n",
        footer = {
            "  mneme list --user alice --limit 20",
            "  mneme list --agent planner --order updatedAt",
            "  mneme list --all --json > memories.json"
        })
public final class ListCommand extends Subcommand {
    private static final int ALL_PAGE = 500;

    @ArgGroup(validate = false, exclusive = false, heading = "%nScope:%n", order = 1)
    ScopeOptions scope = new ScopeOptions();

    @ArgGroup(validate = false, exclusive = false, heading = "%nWhich:%n", order = 2)
    Details details = new Details();

    /// Restrictions and order of the list.
    static final class Details extends PageOptions {
        @Option(names = "--all", description = "All pages.")
        boolean all;

        @Option(
                names = "--order",
                paramLabel = "FIELD",
                description = "createdAt or updatedAt; with a - in front, newest first. Default: -createdAt.")
        @Nullable
        String order;

        @Option(names = "--filter", paramLabel = "JSON", description = "Only memories that this filter lets through.")
        @Nullable
        String filter;

        @Option(names = "--show-expired", description = "Expired memories too.")
        boolean showExpired;
    }

    @Override
    ExitStatus run(Session session) {
        Typed.object("--filter", details.filter);
        details.check();
        if (details.all && details.limit != null) {
            throw Failure.usage("--all and --limit exclude each other.");
        }
        scope.orDefault(session);
        if (details.all) {
            return session.json() ? allAsJson(session) : all(session);
        }
        Answer answer = page(session, details.cursor, details.limit);
        return session.show(answer, view -> {
            show(session, view);
            String next = view.at("nextCursor").text();
            if (!next.isEmpty() && !session.quiet()) {
                session.console().note("there are more: --cursor " + next + ", or --all");
            }
        });
    }

    private Answer page(Session session, @Nullable String cursor, @Nullable Integer limit) {
        Query query = scope.on(new Query(Session.API + "/memories"))
                .with("filter", details.filter)
                .with("limit", limit)
                .with("order", details.order != null ? details.order : "-createdAt")
                .with("showExpired", details.showExpired ? true : null)
                .with("cursor", cursor);
        return session.server().get(query);
    }

    private void show(Session session, JsonView page) {
        if (page.at("items").items().isEmpty() && !session.quiet()) {
            String only = session.server().onlyUser();
            boolean another = only != null && scope.user != null && !only.equals(scope.user);
            session.console()
                    .note("no memories of " + scope.shown()
                            + (another ? ": this key is for user " + only + " alone" : ""));
            return;
        }
        MemoryViews.list(session, page.at("items").items());
    }

    private ExitStatus all(Session session) {
        String cursor = details.cursor;
        do {
            JsonView page = page(session, cursor, ALL_PAGE).json();
            show(session, page);
            cursor = next(page, cursor);
        } while (cursor != null && !session.console().out().checkError());
        return ExitStatus.OK;
    }

    /// Joins the pages, and prints them once the last has come: a list that broke off would not be JSON.
    private ExitStatus allAsJson(Session session) {
        StringWriter merged = new StringWriter();
        try (JsonGenerator json = JsonView.FACTORY.createGenerator(merged)) {
            json.writeStartObject();
            json.writeArrayFieldStart("items");
            String cursor = details.cursor;
            do {
                Answer answer = page(session, cursor, ALL_PAGE);
                JsonText.copyItems(answer.text(), "items", json);
                cursor = next(answer.json(), cursor);
            } while (cursor != null);
            json.writeEndArray();
            json.writeNullField("nextCursor");
            json.writeEndObject();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        session.printJson(merged.toString());
        return ExitStatus.OK;
    }

    private static @Nullable String next(JsonView page, @Nullable String cursor) {
        String next = page.at("nextCursor").text();
        if (next.equals(cursor)) {
            throw new Failure(ExitStatus.FAILED, "The server gave the same cursor twice; the list is not complete.");
        }
        return next.isEmpty() ? null : next;
    }
}
