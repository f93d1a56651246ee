package dev.luthier;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Dimension;
import java.awt.Font;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Rectangle2D;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGraphics2D;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.block.BlockBorder;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.data.xy.DefaultXYDataset;
import org.w3c.dom.Document;

/**
 * Draws docs/head-memory.svg from what {@code ./luthier bench head} printed: {@code java ...
 * dev.luthier.HeadFigure LINES SVG}, a line for each measurement.
 */
public final class HeadFigure {
  private static final Pattern LINE =
      Pattern.compile(
          "([\\d,]+) tokens, vocabulary ([\\d,]+), width \\d+, chunk (\\w+): ([\\d,]+) MB more.*");
  private static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
  private static final Color[] COLOURS = {new Color(0x0072b2), new Color(0xd55e00)};

  private HeadFigure() {}

  public static void main(String[] args) throws IOException, ParserConfigurationException {
    System.setProperty("java.awt.headless", "true");
    XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(true, true);
    DefaultXYDataset data = new DefaultXYDataset();
    read(Files.readAllLines(Path.of(args[0])))
        .forEach(
            (name, points) -> {
              int n = data.getSeriesCount();
              double[] x = points.keySet().stream().mapToDouble(t -> t).toArray();
              double[] y = points.values().stream().mapToDouble(mb -> mb / 1000).toArray();
              data.addSeries(name, new double[][] {x, y});
              boolean chunked = name.endsWith("in chunks");
              renderer.setSeriesPaint(n, COLOURS[name.startsWith("32") ? 0 : 1]);
              renderer.setSeriesShape(n, new Ellipse2D.Double(-3, -3, 6, 6));
              renderer.setSeriesShapesFilled(n, !chunked);
              float[] dashes = chunked ? new float[] {6, 4} : null;
              renderer.setSeriesStroke(
                  n,
                  new BasicStroke(
                      1.8f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND, 1, dashes, 0));
            });
    NumberAxis tokens = new NumberAxis("tokens of a micro-batch");
    tokens.setTickUnit(new NumberTickUnit(2048));
    NumberAxis memory = new NumberAxis("GB more at the peak");
    XYPlot plot = new XYPlot(data, styled(tokens), styled(memory), renderer);
    plot.setBackgroundPaint(Color.WHITE);
    plot.setOutlineVisible(false);
    plot.setDomainGridlinesVisible(false);
    JFreeChart chart = new JFreeChart("", FONT, plot, true);
    chart.setBackgroundPaint(Color.WHITE);
    chart.getLegend().setItemFont(FONT);
    chart.getLegend().setFrame(BlockBorder.NONE);
    draw(chart, Path.of(args[1]));
  }

  /** MB by tokens, by series. */
  private static Map<String, Map<Integer, Double>> read(List<String> lines) {
    Map<String, Map<Integer, Double>> all = new LinkedHashMap<>();
    for (String line : lines) {
      Matcher m = LINE.matcher(line);
      if (m.matches()) {
        String how = "0".equals(m.group(3)) || "none".equals(m.group(3)) ? "at once" : "in chunks";
        all.computeIfAbsent(m.group(2) + " " + how, k -> new TreeMap<>())
            .put((int) number(m.group(1)), number(m.group(4)));
      }
    }
    return all;
  }

  private static double number(String text) {
    return Double.parseDouble(text.replace(",", ""));
  }

  private static ValueAxis styled(ValueAxis axis) {
    axis.setLabelFont(FONT);
    axis.setTickLabelFont(FONT);
    return axis;
  }

  private static void draw(JFreeChart chart, Path file)
      throws IOException, ParserConfigurationException {
    Document document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .getDOMImplementation()
            .createDocument("http://www.w3.org/2000/svg", "svg", null);
    SVGGraphics2D graphics = new SVGGraphics2D(document);
    graphics.setSVGCanvasSize(new Dimension(560, 320));
    chart.draw(graphics, new Rectangle2D.Double(0, 0, 560, 320));
    try (Writer out = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
      graphics.stream(out, true);
    }
  }
}
