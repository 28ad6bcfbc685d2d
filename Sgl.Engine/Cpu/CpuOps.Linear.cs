using System.Runtime.Intrinsics;
using Sgl.Engine.Cpu.Simd;
using Sgl.Engine.Execution;

namespace Sgl.Engine.Cpu;

public sealed unsafe partial class CpuOps
{
    public void Linear(Tensor x, Weight weight, Weight? bias, Tensor output)
    {
        Check.Shape(x, output.Rows, weight.Columns);
        Check.Shape(output, x.Rows, weight.Rows);
        if (bias is not null)
            Check.Shape(bias, 1, weight.Rows);
        switch (_simd)
        {
            case SimdLevel.Vector512:
                Linear<Simd512, Vector512<float>>(x, weight, bias, output);
                break;
            case SimdLevel.Vector256:
                Linear<Simd256, Vector256<float>>(x, weight, bias, output);
                break;
            default:
                Linear<Simd128, Vector128<float>>(x, weight, bias, output);
                break;
        }
    }

    internal static void LinearReference(Tensor x, Weight weight, Weight? bias, Tensor output)
    {
        for (int r = 0; r < x.Rows; r++)
        {
            for (int o = 0; o < weight.Rows; o++)
            {
                double sum = 0;
                for (int c = 0; c < weight.Columns; c++)
                    sum += (double)x.Row(r)[c] * weight.Get(o, c);
                output.Row(r)[o] = (float)(sum + (bias?.Get(0, o) ?? 0));
            }
        }
    }

    private void Linear<TSimd, TVector>(Tensor x, Weight weight, Weight? bias, Tensor output)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        switch (weight.Type)
        {
            case DataType.BFloat16:
                Linear<TSimd, TVector, BFloat16Element>(x, weight, bias, output);
                break;
            case DataType.Float16:
                Linear<TSimd, TVector, Float16Element>(x, weight, bias, output);
                break;
            default:
                Linear<TSimd, TVector, Float32Element>(x, weight, bias, output);
                break;
        }
    }

    private void Linear<TSimd, TVector, TElement>(Tensor x, Weight weight, Weight? bias, Tensor output)
        where TSimd : ISimd<TVector>
        where TVector : struct
        where TElement : IElement
    {
        int firstOutput = 0;
        foreach (Tensor part in weight.Parts)
        {
            var work = new LinearWork<TSimd, TVector, TElement>(
                x, part, output.SliceColumns(firstOutput, part.Rows), _pool.Threads);
            _pool.Run(work, work.Pieces);
            firstOutput += part.Rows;
        }

        if (bias is not null)
            AddBias(bias, output);
    }

    private static void AddBias(Weight bias, Tensor output)
    {
        for (int r = 0; r < output.Rows; r++)
        {
            Span<float> row = output.Row(r);
            for (int o = 0; o < row.Length; o++)
                row[o] += bias.Get(0, o);
        }
    }
}
