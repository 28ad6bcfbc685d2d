using Sgl.Engine.Cpu;
using Sgl.Engine.Execution;
using Sgl.Engine.Weights;

namespace Sgl.Cuda.Parity;

/// <summary>The same tensors on the CPU, as floats, and on the GPU, in 16 bits: both hold the same values.</summary>
internal sealed class Twin : IDisposable
{
    private readonly Random _random = new(Environment.TickCount);

    public Twin(CudaDevice device, DataType type)
    {
        Type = type;
        Cuda = new CudaOps(device, type, progress: (done, all) =>
        {
            if (done == all)
                Console.WriteLine($"{all} kernel files ready");
        });
        Limit = type == DataType.Float16 ? 1e-3 : 5e-3;
    }

    public DataType Type { get; }

    /// <summary>Most relative error.</summary>
    public double Limit { get; }

    public CudaOps Cuda { get; }

    public CpuOps Cpu { get; } = new();

    public Random Random => _random;

    /// <summary>Random numbers around 0 that the 16-bit type holds exactly.</summary>
    public Pair Make(int rows, int columns, double deviation = 1)
    {
        Pair pair = Empty(rows, columns);
        Fill(pair, deviation);
        return pair;
    }

    public void Fill(Pair pair, double deviation)
    {
        float[] values = new float[(long)pair.Cpu.Rows * pair.Cpu.Columns];
        for (int i = 0; i < values.Length; i++)
            values[i] = Round((float)(deviation * Spread()));
        Cuda.Write(pair.Gpu, values);
        for (int r = 0; r < pair.Cpu.Rows; r++)
            values.AsSpan(r * pair.Cpu.Columns, pair.Cpu.Columns).CopyTo(pair.Cpu.Row(r));
    }

    /// <summary>An output: NaN everywhere, so that what is not written shows.</summary>
    public Pair Empty(int rows, int columns, DataType? type = null)
    {
        Tensor gpu = Cuda.Allocate(type ?? Type, rows, columns);
        float[] poison = new float[(long)rows * columns];
        Array.Fill(poison, float.NaN);
        Cuda.Write(gpu, poison);
        return new Pair(Cpu.Allocate(DataType.Float32, rows, columns), gpu);
    }

    public (Weight Cpu, Weight Gpu) MakeWeight(int rows, int columns, double deviation = 1)
    {
        Pair pair = Make(rows, columns, deviation);
        return (new Weight([pair.Cpu]), new Weight([pair.Gpu]));
    }

    /// <summary>‖gpu − cpu‖ / ‖cpu‖.</summary>
    public double Error(Pair pair)
    {
        float[] actual = Cuda.Read(pair.Gpu);
        double difference = 0, norm = 0;
        for (int r = 0; r < pair.Cpu.Rows; r++)
        {
            Span<float> expected = pair.Cpu.Row(r);
            for (int c = 0; c < pair.Cpu.Columns; c++)
            {
                double delta = (double)actual[(long)r * pair.Cpu.Columns + c] - expected[c];
                difference += delta * delta;
                norm += (double)expected[c] * expected[c];
            }
        }
        return Math.Sqrt(difference / Math.Max(norm, 1e-30));
    }

    public void Begin(Pass pass)
    {
        Cpu.Begin(pass);
        Cuda.Begin(pass);
    }

    public void Dispose()
    {
        Cuda.Dispose();
        Cpu.Dispose();
    }

    private unsafe float Round(float value)
    {
        ushort bits;
        float rounded;
        ElementConversion.Convert((nint)(&value), DataType.Float32, (nint)(&bits), Type, 1);
        ElementConversion.Convert((nint)(&bits), Type, (nint)(&rounded), DataType.Float32, 1);
        return rounded;
    }

    /// <summary>Uniform, of deviation 1.</summary>
    private double Spread() => (_random.NextDouble() - 0.5) * Math.Sqrt(12);

    /// <summary>One tensor in both places.</summary>
    public readonly record struct Pair(Tensor Cpu, Tensor Gpu)
    {
        public Pair SliceRows(int start, int count) => new(Cpu.SliceRows(start, count), Gpu.SliceRows(start, count));

        public Pair SliceColumns(int start, int count) =>
            new(Cpu.SliceColumns(start, count), Gpu.SliceColumns(start, count));
    }
}
