using System.Runtime.CompilerServices;
using Sgl.Engine.Cpu.Simd;
using Sgl.Engine.Execution;

namespace Sgl.Engine.Cpu;

public sealed unsafe partial class CpuOps
{
    public void Embed(Pass pass, Weight table, float scale, Tensor output)
    {
        Check.Shape(output, pass.TokenCount, table.Columns);
        foreach (int token in pass.Tokens)
            Check.Index(token, table.Rows, nameof(token));
        _kernels.Embed(pass, table, scale, output);
    }

    internal static void EmbedReference(Pass pass, Weight table, float scale, Tensor output)
    {
        for (int t = 0; t < pass.TokenCount; t++)
        {
            for (int c = 0; c < table.Columns; c++)
                output.Row(t)[c] = table.Get(pass.Tokens[t], c) * scale;
        }
    }

    private abstract partial class Kernels
    {
        public abstract void Embed(Pass pass, Weight table, float scale, Tensor output);
    }

    private sealed partial class Kernels<TSimd, TVector>
    {
        public override void Embed(Pass pass, Weight table, float scale, Tensor output)
        {
            for (int t = 0; t < pass.TokenCount; t++)
            {
                int row = pass.Tokens[t];
                Tensor part = table.PartOfRow(ref row).SliceRows(row, 1);
                ScaleRow((byte*)part.Address, part.Type, scale, Row(output, t), output.Columns);
            }
        }

        private static void ScaleRow(byte* x, DataType type, float scale, float* output, int count)
        {
            switch (type)
            {
                case DataType.BFloat16:
                    ScaleRow<BFloat16Element>(x, scale, output, count);
                    break;
                case DataType.Float16:
                    ScaleRow<Float16Element>(x, scale, output, count);
                    break;
                default:
                    ScaleRow<Float32Element>(x, scale, output, count);
                    break;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void ScaleRow<TElement>(byte* x, float scale, float* output, int count)
            where TElement : IElement
        {
            int c = 0;
            for (; c < Whole(count); c += TSimd.Count, x += TSimd.Count * TElement.Size)
            {
                TVector row = TElement.Load<TSimd, TVector>(x);
                TSimd.Store(TSimd.Multiply(row, TSimd.Create(scale)), output + c);
            }

            for (; c < count; c++, x += TElement.Size)
                output[c] = TElement.Load<Simd1, float>(x) * scale;
        }
    }
}
