package dev.luthier.user;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** Classes as a user would bring them, compiled in the test. */
public final class Compiled {
  private Compiled() {}

  /** Compiles classes of the package org.acme into a folder. */
  public static Path classes(Path folder, String... sources) throws IOException {
    Path from = Files.createDirectories(folder.resolveSibling(folder.getFileName() + "-src"));
    List<String> arguments = new ArrayList<>(List.of("-proc:none", "-d", folder.toString()));
    arguments.addAll(List.of("-cp", System.getProperty("java.class.path")));
    for (String source : sources) {
      String name = source.replaceFirst("(?s).*public (final )?class (\\w+).*", "$2");
      Path file = Files.writeString(from.resolve(name + ".java"), "package org.acme;\n" + source);
      arguments.add(file.toString());
    }
    int code =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, arguments.toArray(String[]::new));
    assertThat(code).isZero();
    return folder;
  }

  /** A folder of classes as a jar. */
  public static Path jar(Path file, Path classes) throws IOException {
    try (OutputStream out = Files.newOutputStream(file);
        JarOutputStream jar = new JarOutputStream(out);
        Stream<Path> found = Files.walk(classes)) {
      List<Path> all = found.filter(p -> p.toString().endsWith(".class")).toList();
      for (Path one : all) {
        jar.putNextEntry(new JarEntry(classes.relativize(one).toString()));
        jar.write(Files.readAllBytes(one));
      }
    }
    return file;
  }
}
