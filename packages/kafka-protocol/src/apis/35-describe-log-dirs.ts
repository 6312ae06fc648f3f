import { defineApi } from '../api.ts';
import { array, bool, type Decoded, type Encodable, int16, int32, int64, string } from '../schema.ts';

/**
 * DescribeLogDirs (KIP-113). v2 is flexible, v3 adds an error of the whole answer, v4 the room on the volume
 * (KIP-827), v5 whether the directory is cordoned (KIP-1066).
 */
const request = {
  topics: array(
    {
      topic: string('0+'),
      partitions: array('int32', '0+'),
    },
    '0+',
    { nullable: '0+' },
  ),
};

const response = {
  throttleTimeMs: int32('0+'),
  errorCode: int16('3+'),
  results: array(
    {
      errorCode: int16('0+'),
      logDir: string('0+'),
      topics: array(
        {
          name: string('0+'),
          partitions: array(
            {
              partitionIndex: int32('0+'),
              partitionSize: int64('0+'),
              offsetLag: int64('0+'),
              isFutureKey: bool('0+'),
            },
            '0+',
          ),
        },
        '0+',
      ),
      totalBytes: int64('4+', { default: -1 }),
      usableBytes: int64('4+', { default: -1 }),
      isCordoned: bool('5+', { default: false }),
    },
    '0+',
  ),
};

export type DescribeLogDirsRequest = Decoded<typeof request>;
export type DescribeLogDirsResponse = Encodable<typeof response>;

export const describeLogDirsApi = defineApi({
  key: 35,
  name: 'DescribeLogDirs',
  versionMin: 1,
  versionMax: 5,
  flexibleFrom: 2,
  request,
  response,
});
