package dev.mneme;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What README.md shows of the library compiles and does what it says.
final class ReadmeExampleTest {
    private static final Pattern EXAMPLE = Pattern.compile("```java\\n(.*?class Notes .*?)```", Pattern.DOTALL);

    @TempDir
    Path folder = Path.of("");

    @Test
    @Timeout(180)
    void theExampleCompilesAndRuns() throws Exception {
        Matcher example = EXAMPLE.matcher(Files.readString(Path.of("..", "README.md")));
        assertThat(example.find()).as("README.md shows the library").isTrue();
        Path source = Files.writeString(folder.resolve("Notes.java"), example.group(1));
        assertThat(compile(source)).as("it compiles").isTrue();
        String printed = run(folder.resolve("notes"));
        assertThat(printed).contains("peanuts", "MEMORY_ADDED", "green");
    }

    private boolean compile(Path source) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            List<String> options =
                    List.of("-d", folder.toString(), "-proc:none", "-cp", System.getProperty("java.class.path"));
            return compiler.getTask(null, files, null, options, null, files.getJavaFileObjects(source))
                    .call();
        }
    }

    private String run(Path data) throws Exception {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {folder.toUri().toURL()}, Mneme.class.getClassLoader())) {
            loader.loadClass("Notes").getMethod("main", String[].class).invoke(null, (Object)
                    new String[] {data.toString()});
        } finally {
            System.setOut(before);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }
}
