package dev.mneme.cli.command;

import dev.mneme.cli.connection.Server;
import dev.mneme.cli.connection.Session;
import dev.mneme.cli.terminal.Console;
import dev.mneme.cli.terminal.ExitStatus;
import dev.mneme.cli.terminal.Printable;
import dev.mneme.cli.view.ChangeViews;
import dev.mneme.cli.view.Times;
import dev.mneme.client.Backoff;
import dev.mneme.client.EventStream;
import dev.mneme.client.JsonText;
import dev.mneme.client.JsonView;
import dev.mneme.client.MnemeClient.Live;
import dev.mneme.client.Query;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// One `watch`: a loop of connections, each going on after the last position that was printed. One thread.
///
/// ```text
/// connect --refused for good--> fail
///    |  ^
/// events |  lost, or refused for now: wait (1 s, doubling, at most 30 s)
///    v  |
/// print, remember the position
/// ```
///
/// It goes on from the position of the last change that was printed; before the first one, from the position at which
/// the server said that the stream begins. So nothing between two connections is missed, and a change that comes twice
/// is printed once.
final class Watch {
    private final Session session;
    private final Query path;
    private final Seen seen;
    private long left;
    private boolean connectedBefore;

    Watch(Session session, Query path, @Nullable String from, long count) {
        this.session = session;
        this.path = path;
        this.seen = new Seen(from);
        this.left = count;
    }

    /// Runs until `count` changes were printed, nobody reads any more, or the server refuses for good.
    ///
    /// @throws IOException if the first connection cannot be made
    ExitStatus run(Backoff backoff) throws IOException, InterruptedException {
        while (left > 0 && !session.console().out().checkError()) {
            try (Live live = session.server().stream(path, seen.last())) {
                greet(live);
                read(live, backoff);
            } catch (Server.Refused refused) {
                endUnlessPassing(refused);
            } catch (IOException lost) {
                if (!connectedBefore) {
                    throw lost;
                }
            }
            if (left > 0 && !session.console().out().checkError()) {
                waitAWhile(backoff);
            }
        }
        return ExitStatus.OK;
    }

    private void greet(Live live) {
        if (!connectedBefore && !session.quiet()) {
            session.console().note("watching; Ctrl-C ends it");
        } else if (connectedBefore && !session.quiet()) {
            session.console().note("connected again");
        }
        connectedBefore = true;
        if (seen.last() == null && live.position() != null) {
            seen.moveTo(live.position());
        }
    }

    private void endUnlessPassing(Server.Refused refused) {
        if (refused.expired()) {
            resetTo(null);
        } else if (!refused.passing() || !connectedBefore) {
            throw refused.failure();
        }
    }

    private void waitAWhile(Backoff backoff) throws InterruptedException {
        long millis = backoff.next();
        if (!session.quiet()) {
            session.console().note("the connection is lost; again in " + Math.max(1, millis / 1000) + " s");
        }
        session.console().pause().millis(millis);
    }

    private void read(Live live, Backoff backoff) throws IOException {
        EventStream events = new EventStream(live.events());
        for (EventStream.Event event = events.next(); event != null; event = events.next()) {
            backoff.reset();
            if (event.hasData()) {
                take(event);
            } else if (event.id() != null && !event.id().isEmpty()) {
                seen.moveTo(event.id());
            }
            if (left == 0 || session.console().out().checkError()) {
                return;
            }
        }
    }

    private void take(EventStream.Event event) throws IOException {
        JsonView change = JsonView.parse(event.data());
        String position = position(event, change);
        if (change.at("reset").isTrue() || event.type().equals("reset")) {
            if (session.json()) {
                printJson(event.data(), change);
            }
            resetTo(position);
            return;
        }
        if (event.type().equals("error")
                || (change.at("code").present() && !change.at("type").present())) {
            throw new IOException(change.at("detail").text());
        }
        if (seen.covers(position)) {
            return;
        }
        print(event, change);
        left--;
        if (!position.isEmpty()) {
            seen.moveTo(position);
        }
    }

    private static String position(EventStream.Event event, JsonView change) {
        String own = change.at("position").text();
        return !own.isEmpty() || event.id() == null ? own : event.id();
    }

    private void resetTo(@Nullable String position) {
        String from = position == null || position.isEmpty() ? "now" : position;
        session.console()
                .note("RESET: the changes since " + (seen.last() == null ? "the beginning" : seen.last())
                        + " are no longer kept. Some were missed: read the state again (mneme list)."
                        + " Going on from " + from + ".");
        if (position != null && !position.isEmpty()) {
            seen.moveTo(position);
        } else {
            seen.forget();
        }
    }

    private void print(EventStream.Event event, JsonView change) {
        Console console = session.console();
        if (session.json()) {
            printJson(event.data(), change);
            return;
        }
        String type = change.at("type").present() ? change.at("type").text() : event.type();
        String at = Times.shown(change.at("at").text());
        if (session.quiet()) {
            console.print(Printable.line(ChangeViews.subject(change)));
        } else {
            String head = at + "  " + Printable.line(type) + "  " + Printable.line(ChangeViews.subject(change));
            int left = console.columns() == Integer.MAX_VALUE
                    ? Integer.MAX_VALUE
                    : Math.max(16, console.columns() - Printable.width(head) - 2);
            String text = Printable.fit(Printable.line(ChangeViews.text(change)), left);
            console.print((head + "  " + text).stripTrailing());
        }
        console.out().flush();
    }

    private void printJson(String data, JsonView change) {
        session.printJson(data.indexOf('\n') < 0 ? data : JsonText.of(change));
        session.console().out().flush();
    }
}
