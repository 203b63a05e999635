package dev.mneme.server;

import dev.mneme.server.config.ServerConfig.LogFormat;
import dev.mneme.server.config.ServerConfig.Logging;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/// Writes log lines to standard error: one JSON object each, or text. They have request ids, and never a memory's text
/// or a secret. The JDK's own logging writes them, since every part logs through `System.Logger`.
final class Logs {
    private Logs() {}

    static void configure(Logging logging) {
        LogManager.getLogManager().reset();
        Logger root = Logger.getLogger("");
        Level level = switch (logging.level()) {
            case TRACE -> Level.FINER;
            case DEBUG -> Level.FINE;
            case INFO -> Level.INFO;
            case WARNING -> Level.WARNING;
            case ERROR -> Level.SEVERE;
        };
        Handler handler = new ConsoleHandler();
        handler.setLevel(level);
        handler.setFormatter(logging.format() == LogFormat.JSON ? new JsonLines() : new TextLines());
        root.addHandler(handler);
        root.setLevel(Level.INFO.intValue() > level.intValue() ? Level.INFO : level);
        Logger ours = Logger.getLogger("dev.mneme");
        ours.setLevel(level);
        KEPT[0] = ours;
        KEPT[1] = Logger.getLogger("io.helidon");
        KEPT[1].setLevel(Level.WARNING);
        KEPT[2] = Logger.getLogger("io.helidon.webserver.LoomServer"); // a port in use: our own message says it
        KEPT[2].setLevel(Level.OFF);
    }

    /// The JDK holds loggers weakly: without a reference their levels are forgotten.
    private static final Logger[] KEPT = new Logger[3];

    private static String stackTrace(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    private static final class JsonLines extends Formatter {
        @Override
        public String format(LogRecord record) {
            StringBuilder line =
                    new StringBuilder(160).append("{\"time\":\"").append(Instant.ofEpochMilli(record.getMillis()));
            field(line, "level", record.getLevel().getName());
            field(line, "logger", record.getLoggerName());
            field(line, "message", formatMessage(record));
            if (record.getThrown() != null) {
                field(line, "exception", stackTrace(record.getThrown()));
            }
            return line.append("\"}\n").toString();
        }

        private static void field(StringBuilder line, String name, @org.jspecify.annotations.Nullable String value) {
            line.append("\",\"").append(name).append("\":\"");
            String text = value == null ? "" : value;
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                switch (c) {
                    case '"', '\\' -> line.append('\\').append(c);
                    case '\n' -> line.append("\\n");
                    case '\t' -> line.append("\\t");
                    default -> {
                        if (c < ' ') {
                            line.append(String.format("\\u%04x", (int) c));
                        } else {
                            line.append(c);
                        }
                    }
                }
            }
        }
    }

    private static final class TextLines extends Formatter {
        @Override
        public String format(LogRecord record) {
            String thrown = record.getThrown() == null
                    ? ""
                    : "\n" + stackTrace(record.getThrown()).strip();
            String name = String.valueOf(record.getLoggerName());
            return Instant.ofEpochMilli(record.getMillis()) + " " + record.getLevel() + " "
                    + name.substring(name.lastIndexOf('.') + 1) + ": " + formatMessage(record) + thrown + "\n";
        }
    }
}
